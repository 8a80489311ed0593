import { readdir, lstat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Formats bytes for people: '77 MB', '1.4 GB'. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Returns the bytes of all files below a folder. Files that vanish in the meantime or cannot be read count as 0. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await folderSize(path);
    else
      bytes += await lstat(path).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return bytes;
}

/** Returns the bytes free for this user at a folder that exists or will exist; undefined if the system does not say. */
export async function freeSpace(folder: string): Promise<number | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place);
      return bavail * bsize;
    } catch {
      if (dirname(place) === place) return undefined;
    }
  }
}
