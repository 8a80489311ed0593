/**
 * The specification folders of a workspace: their files as they are on the disk, or as they are in the editor where they
 * are open. A project is the topmost folder, in a folder of the workspace, that has *.karma.yaml files; all files in and
 * below it form one model. A document that is no such file (untitled, remote) is a project of its own.
 */
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { FolderAnalysis } from '../language/analysis.ts';
import type { FolderView } from '../language/folder-view.ts';
import { isFile, findSpecs, readSpecText, SUFFIX, unreadable } from '../spec/folder.ts';
import type { Problem } from '../spec/problem.ts';
import { nameOf, pathOf, uriOf } from './uris.ts';

type Content = { readonly text: string | Uint8Array } | { readonly error: unknown };

export interface Place {
  readonly project: Project;
  /** Relative to the project's folder, with '/'. */
  readonly path: string;
}

export class Project {
  /** Of the folder; of the document where there is no folder. */
  readonly uri: string;
  /** Undefined where the document is no file. */
  readonly folder: string | undefined;
  readonly analysis = new FolderAnalysis();
  /** Files that could not be read. */
  readonly unreadable = new Map<string, Problem>();
  /** URIs that have been told problems, and what they were told. */
  readonly published = new Map<string, string>();

  constructor(uri: string, folder: string | undefined) {
    this.uri = uri;
    this.folder = folder;
  }

  view(): FolderView {
    const known = new Map<string, boolean>();
    return this.analysis.view((path) => {
      if (this.folder === undefined) return true;
      const before = known.get(path);
      if (before !== undefined) return before;
      const exists = isFile(join(this.folder, path));
      known.set(path, exists);
      return exists;
    });
  }
}

export class Projects {
  /** Called with every project that has changed; it may no longer have files. */
  readonly #onChange: (project: Project) => void;
  #roots: readonly string[] = [];
  readonly #disk = new Map<string, Content>();
  /** Texts of open documents by key: the path of a specification file, or else the URI. */
  readonly #open = new Map<string, { readonly uri: string; readonly text: string }>();
  #places = new Map<string, Place>();
  #projects = new Map<string, Project>();

  constructor(onChange: (project: Project) => void) {
    this.#onChange = onChange;
  }

  get all(): readonly Project[] {
    return [...this.#projects.values()];
  }

  placeOf(uri: string): Place | undefined {
    return this.#places.get(keyOf(uri));
  }

  /** The URI under which the client knows a file. */
  uriOf({ project, path }: Place): string {
    if (project.folder === undefined) return project.uri;
    const file = join(project.folder, path);
    return this.#open.get(file)?.uri ?? uriOf(file);
  }

  /** The text that is open in the editor, with its byte order mark if it has one. */
  openText(uri: string): string | undefined {
    return this.#open.get(keyOf(uri))?.text;
  }

  /** The folders of the workspace. Their files are read again. */
  async setRoots(roots: readonly string[], onUnreadable: (error: unknown) => void): Promise<void> {
    this.#roots = roots;
    const found = await Promise.all(
      roots.map(async (root) => (await findSpecs(root, onUnreadable)).map((path) => join(root, path))),
    );
    const paths = new Set(found.flat());
    for (const path of this.#disk.keys()) {
      const beside = this.#isLoose(path) && this.#hasOpenBeside(path);
      if (!paths.has(path) && !beside) this.#disk.delete(path);
    }
    await Promise.all([...paths].map((path) => this.#read(path)));
    this.#regroup();
  }

  set(uri: string, text: string): void {
    const key = keyOf(uri);
    const known = this.#open.has(key);
    this.#open.set(key, { uri, text });
    const place = this.#places.get(key);
    if (!known || !place) {
      this.#regroup();
      if (key !== uri) void this.#readBeside(key);
    } else {
      place.project.analysis.set(place.path, text);
      this.#onChange(place.project);
    }
  }

  async close(uri: string): Promise<void> {
    const key = keyOf(uri);
    this.#open.delete(key);
    if (key !== uri) await this.#read(key);
    if (this.#isLoose(key) && !this.#hasOpenBeside(key)) {
      for (const path of this.#disk.keys()) if (dirname(path) === dirname(key)) this.#disk.delete(path);
    }
    this.#regroup();
  }

  /** Something was created, changed or deleted on the disk: specification files, data files, or folders of them. */
  async filesChanged(uris: readonly string[]): Promise<void> {
    const paths = uris.flatMap((uri) => pathOf(uri) ?? []);
    for (const path of paths) {
      if (path.endsWith(SUFFIX)) await this.#read(path);
      else for (const below of this.#disk.keys()) if (below.startsWith(path + sep)) await this.#read(below);
    }
    for (const project of this.all) {
      const within = (path: string): boolean => project.folder !== undefined && path.startsWith(project.folder + sep);
      if (!paths.some((path) => within(path) && !path.endsWith(SUFFIX))) continue;
      project.analysis.invalidate();
      this.#onChange(project);
    }
    this.#regroup();
  }

  /** Reads the file from the disk, or forgets it if it does not exist. */
  async #read(path: string): Promise<void> {
    if (!isFile(path)) {
      this.#disk.delete(path);
      return;
    }
    if (!this.#isLoose(path) && !this.#isSearched(path)) return;
    try {
      this.#disk.set(path, { text: await readSpecText(path) });
    } catch (error) {
      this.#disk.set(path, { error });
    }
  }

  /** A file outside of the workspace forms a model with the files in its folder, but not below: nobody chose that folder. */
  async #readBeside(path: string): Promise<void> {
    if (!this.#isLoose(path)) return;
    const folder = dirname(path);
    const names = await listSpecs(folder);
    await Promise.all(names.map((name) => this.#read(join(folder, name))));
    if (this.#open.has(path)) this.#regroup();
  }

  #hasOpenBeside(path: string): boolean {
    return [...this.#open.keys()].some((open) => dirname(open) === dirname(path));
  }

  #rootOf(path: string): string | undefined {
    // Of folders in one another, the topmost: it is one model.
    return this.#roots
      .filter((root) => path.startsWith(root.endsWith(sep) ? root : root + sep))
      .sort((a, b) => a.length - b.length)[0];
  }

  #isLoose(path: string): boolean {
    return this.#rootOf(path) === undefined;
  }

  /** False in the folders that hold no specifications of the user's. */
  #isSearched(path: string): boolean {
    const root = this.#rootOf(path);
    if (root === undefined) return false;
    return !relative(root, path)
      .split(sep)
      .some((name) => name === '.karma' || name === '.git' || name === 'node_modules');
  }

  /** Finds the project of every file, and gives the projects their files. */
  #regroup(): void {
    const files = new Set([...this.#disk.keys(), ...[...this.#open.keys()].filter(isSpecPath)]);
    const withFiles = new Set([...files].map((path) => dirname(path)));
    const projects = new Map<string, Project>();
    const places = new Map<string, Place>();
    const projectAt = (uri: string, folder: string | undefined): Project => {
      const key = folder ?? uri;
      const project = projects.get(key) ?? this.#projects.get(key) ?? new Project(uri, folder);
      projects.set(key, project);
      return project;
    };
    for (const path of files) {
      const folder = this.#projectFolder(path, withFiles);
      const project = projectAt(uriOf(folder), folder);
      places.set(path, { project, path: relative(folder, path).replaceAll(sep, '/') });
    }
    for (const [key, { uri }] of this.#open) {
      if (!places.has(key)) places.set(key, { project: projectAt(uri, undefined), path: nameOf(uri) });
    }
    const before = this.#projects;
    this.#projects = projects;
    this.#places = places;
    this.#fill(projects, places);
    for (const [key, project] of before) {
      if (projects.has(key)) continue;
      for (const path of project.analysis.paths) project.analysis.delete(path);
      project.unreadable.clear();
      this.#onChange(project);
    }
  }

  #fill(projects: ReadonlyMap<string, Project>, places: ReadonlyMap<string, Place>): void {
    const filesOf = Map.groupBy(places, ([, { project }]) => project);
    for (const project of projects.values()) {
      const contents = new Map<string, Content>();
      for (const [key, { path }] of filesOf.get(project) ?? []) {
        const content = this.#open.get(key) ?? this.#disk.get(key);
        if (content) contents.set(path, content);
      }
      const { analysis } = project;
      for (const path of analysis.paths) if (!contents.has(path)) analysis.delete(path);
      project.unreadable.clear();
      for (const [path, content] of contents) {
        if ('text' in content) analysis.set(path, content.text);
        else {
          analysis.delete(path);
          project.unreadable.set(path, unreadable(path, content.error));
        }
      }
      this.#onChange(project);
    }
  }

  #projectFolder(path: string, withFiles: ReadonlySet<string>): string {
    const root = this.#rootOf(path);
    let topmost = dirname(path);
    if (root === undefined) return topmost;
    for (let folder = topmost; folder.length >= root.length; folder = dirname(folder)) {
      if (withFiles.has(folder)) topmost = folder;
      if (folder === dirname(folder)) break;
    }
    return topmost;
  }
}

/** Names of the specification files of one folder. */
async function listSpecs(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(SUFFIX));
}

const isSpecPath = (key: string): boolean => key.endsWith(SUFFIX) && !/^[a-z][a-z0-9+.-]+:/i.test(key);

function keyOf(uri: string): string {
  const path = pathOf(uri);
  return path?.endsWith(SUFFIX) ? path : uri;
}
