/**
 * Packs files for ConfigMaps. They are compressed and split into parts, because `kubectl apply` keeps a copy of the object in an
 * annotation of at most 256 KiB, in which bytes are base64.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Size of a part in bytes. It is 240 KiB in base64, which leaves room for the rest of the object. */
export const PART_BYTES = 180 * 1024;

/** Returns keys and contents of ConfigMap entries. The same file always gives the same parts. */
export function packFile(name: string, content: Uint8Array): [key: string, bytes: Buffer][] {
  const packed = gzipSync(content, { level: 9 });
  const parts = Math.max(1, Math.ceil(packed.length / PART_BYTES));
  return Array.from({ length: parts }, (_, p) => [
    `${name}.gz.${String(p).padStart(3, '0')}`,
    packed.subarray(p * PART_BYTES, (p + 1) * PART_BYTES),
  ]);
}

/** Returns the file from the folder that holds its parts, or undefined if it has none. Throws if a part is missing. */
export function unpackFile(folder: string, name: string): Buffer | undefined {
  const keys = readdirSync(folder)
    .filter((key) => key.startsWith(`${name}.gz.`))
    .sort();
  if (keys.length === 0) return undefined;
  const isWhole = keys.every((key, p) => Number(key.slice(-3)) === p);
  try {
    if (!isWhole) throw new Error('a part is missing');
    return gunzipSync(Buffer.concat(keys.map((key) => readFileSync(join(folder, key)))));
  } catch (error) {
    throw new Error(
      `${join(folder, name)} cannot be unpacked (${(error as Error).message}): apply all of the exported manifests again.`,
      { cause: error },
    );
  }
}
