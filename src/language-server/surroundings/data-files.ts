import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders in which no data is looked for. */
const SKIPPED: ReadonlySet<string> = new Set(['.karma', '.git', 'node_modules']);

/** The CSV files below a folder, relative to it, with '/'. Folders that cannot be read are left out. */
export async function dataFilesBelow(folder: string): Promise<string[]> {
  return (await filesBelow(folder)).filter((path) => path.endsWith('.csv')).sort();
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const open = [''];
  for (let under = open.pop(); under !== undefined; under = open.pop()) {
    for (const entry of await readdir(join(folder, under), { withFileTypes: true }).catch(() => [])) {
      const path = under === '' ? entry.name : `${under}/${entry.name}`;
      if (!entry.isDirectory()) found.push(path);
      else if (!SKIPPED.has(entry.name)) open.push(path);
    }
  }
  return found;
}
