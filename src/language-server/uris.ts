/** URIs of editors and paths of this machine. */
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The path of a file URI; undefined for any other document, and for what is no path here. */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    const path = fileURLToPath(uri);
    // Editors do not agree on the case of a drive's letter.
    return /^[A-Z]:/.test(path) ? path[0].toLowerCase() + path.slice(1) : path;
  } catch {
    return undefined;
  }
}

export const uriOf = (path: string): string => pathToFileURL(path).href;

/** The last name in a URI, as people read it. */
export function nameOf(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
