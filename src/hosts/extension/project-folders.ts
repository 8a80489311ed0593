/** Finds the folders that are projects. Does not import vscode. */
import { posix } from 'node:path';

/** Not looked into for specifications: copies in runs, other programs' files. As src/spec/folder.ts. */
export const IGNORED_FOLDERS = ['.karma', '.git', 'node_modules'] as const;

/**
 * The topmost folders that hold one of these files; everything below one belongs to it. Paths with '/', in the order of
 * their names.
 */
export function topmostFolders(files: readonly string[]): string[] {
  const folders = [...new Set(files.filter((file) => !isIgnored(file)).map((file) => posix.dirname(file)))];
  return folders.filter((folder) => !folders.some((other) => other !== folder && isInside(folder, other))).sort();
}

/** Whether a path is a folder or lies in it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function isIgnored(file: string): boolean {
  return file.split('/').some((part) => (IGNORED_FOLDERS as readonly string[]).includes(part));
}
