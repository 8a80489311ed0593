/** A folder of specifications whose texts change, as editors have it: only what changed is parsed and checked again. */
import { inOrder, loadSpecs, SpecCache, type SpecFile } from '../spec/load.ts';
import { folderView, type FolderView } from './folder-view.ts';
import { moveUnchanged } from './names/move-unchanged.ts';

export type TextView = Pick<FolderView, 'documents' | 'problems'>;

export class FolderAnalysis {
  readonly #files = new Map<string, SpecFile>();
  readonly #cache = new SpecCache();
  #view: FolderView | undefined;
  /** The last view that was made. */
  #before: FolderView | undefined;

  get paths(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** Takes the text of a file. The path is relative to the folder, with '/'. */
  set(path: string, text: SpecFile['text']): void {
    if (this.#files.get(path)?.text === text) return;
    this.#files.set(path, { path, text });
    this.#view = undefined;
  }

  delete(path: string): void {
    if (this.#files.delete(path)) this.#view = undefined;
  }

  /** Has the next view made anew: a file that specifications name may have appeared or disappeared. */
  invalidate(): void {
    this.#view = undefined;
  }

  /** What the texts say on their own, before any object is related to others. This takes a small part of the time of a view. */
  texts(): TextView {
    const contents = this.#cache.read(inOrder([...this.#files.values()]));
    return {
      documents: contents.flatMap(({ documents }) => documents),
      problems: contents.flatMap(({ problems }) => problems),
    };
  }

  /**
   * The same object until something changes. A new view takes over the documents of the old one that are unchanged, and moves them to
   * their new places: ask for the view again after each change, and do not read an old one.
   */
  view(exists: (path: string) => boolean): FolderView {
    if (this.#view) return this.#view;
    const files = [...this.#files.values()];
    const view = folderView(files, loadSpecs(files, { cache: this.#cache, exists }));
    for (const source of view.sources) {
      const before = this.#before?.source(source.path);
      if (before) moveUnchanged(before, source);
    }
    this.#view = view;
    this.#before = view;
    return view;
  }
}
