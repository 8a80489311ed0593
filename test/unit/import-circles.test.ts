import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { LAYERS } from '../../tools/layers.ts';

const root = join(import.meta.dirname, '../..');
/** AssemblyScript, which is no part of the program. */
const KERNELS = /^src\/(nn\/wasm\/kernels|analyzing\/warping\/kernel)\//;

/** Our files that each file imports, types included, by path. */
const imports = new Map(
  ['src', 'webview']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.replaceAll('\\', '/')}`,
      ),
    )
    .filter((file) => file.endsWith('.ts') && !KERNELS.test(file))
    .map((file) => [
      file,
      [...readFileSync(join(root, file), 'utf8').matchAll(/\b(?:from |import\()'(\.[^']+)'/g)].map(([, path]) =>
        posix.join(posix.dirname(file), path),
      ),
    ]),
);

/** The files of a circle in the order of its imports; undefined where there is none. */
function findCircle(): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    if (done.has(file)) return undefined;
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    path.push(file);
    for (const imported of imports.get(file) ?? []) {
      const circle = visit(imported);
      if (circle) return circle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = visit(file);
    if (circle) return circle;
  }
  return undefined;
}

describe('imports', () => {
  it('No files import one another in a circle, not even for types', () => {
    assert.ok(imports.size > 700);
    assert.equal(findCircle()?.join(' -> '), undefined);
  });

  it('Files import only from lower rooms, and hosts from no other host, not even types', () => {
    const roomOf = (file: string) => file.split('/')[1];
    const rowOf = (file: string) => LAYERS.findIndex((row) => row.includes(roomOf(file)));
    const hostOf = (file: string) => (roomOf(file) === 'hosts' ? file.split('/')[2] : undefined);
    const arrows = [...imports]
      .filter(([file]) => file.startsWith('src/'))
      .flatMap(([file, targets]) => targets.map((target) => [file, target] as const));
    assert.deepEqual([...new Set(arrows.map(([file]) => roomOf(file)))].sort(), LAYERS.flat().sort());
    const wrong = arrows.filter(([file, target]) =>
      roomOf(file) === roomOf(target) ? hostOf(file) !== hostOf(target) : rowOf(target) >= rowOf(file),
    );
    assert.deepEqual(wrong, []);
  });

  it('The hosts hold at most a fifth of the lines of src/, as a thin shell does', () => {
    const lines = (folder: string): number =>
      [...imports.keys()]
        .filter((file) => file.startsWith(folder))
        .reduce((sum, file) => sum + readFileSync(join(root, file), 'utf8').split('\n').length, 0);
    assert.ok(lines('src/hosts/') <= lines('src/') / 5, `${lines('src/hosts/')} of ${lines('src/')} lines`);
  });
});
