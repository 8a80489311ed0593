/** A folder of specifications whose texts change, as editors have it: only what changed is parsed and checked again. */
import { loadSpecs, SpecCache, type SpecFile } from '../spec/load.ts';
import { folderView, type FolderView } from './folder-view.ts';

export class FolderAnalysis {
  readonly #files = new Map<string, SpecFile>();
  readonly #cache = new SpecCache();
  #view: FolderView | undefined;

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

  /** Lets the next view be made anew: a file that specifications name may have come or gone. */
  invalidate(): void {
    this.#view = undefined;
  }

  /** The same object until something changes. It ends the life of the one before: their documents share what is equal. */
  view(exists: (path: string) => boolean): FolderView {
    if (this.#view) return this.#view;
    const files = [...this.#files.values()];
    this.#view = folderView(files, loadSpecs(files, { cache: this.#cache, exists }));
    return this.#view;
  }
}
