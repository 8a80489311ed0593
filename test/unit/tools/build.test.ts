import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { useFolder } from '../runs/helpers.ts';
import { root } from '../hosts/cli-helpers.ts';

describe('The bundle', () => {
  const folder = useFolder();
  const dist = () => join(folder(), 'package', 'dist');
  const program = () => join(dist(), 'karma-mas.mjs');
  const run = (node: string, args: readonly string[]) =>
    spawnSync(node, [program(), ...args], { cwd: folder(), encoding: 'utf8' });

  beforeEach(() => {
    mkdirSync(join(folder(), 'package'));
    execFileSync(process.execPath, [join(root, 'tools', 'build.ts'), dist()]);
  });

  it('The bundle runs from a folder of its own, with its assets and a process for each seed', () => {
    assert.equal(run(process.execPath, ['init', 'specs']).status, 0);
    const valid = run(process.execPath, ['validate', 'specs']);
    assert.equal(valid.status, 0, valid.stdout + valid.stderr);
    const collected = run(process.execPath, ['collect', 'specs', '--hours', '1']);
    assert.equal(collected.status, 0, collected.stderr);
    const fitted = run(process.execPath, ['fit', 'specs', '--twin', 'emulator']);
    assert.equal(fitted.status, 0, fitted.stderr);
    const trained = run(process.execPath, ['train', 'specs', '--seed', '1', '--steps', '2048', '--out', 'out']);
    assert.equal(trained.status, 0, trained.stderr);
    assert.deepEqual(readdirSync(join(folder(), 'out', 'artifacts', 'policies')), ['1.bin']);
  });

  it('The launcher continues with a newer Node from node_modules, and otherwise says what to do', function () {
    const old = olderNode();
    if (!old) return this.skip();
    const refused = run(old, ['--version']);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^karma-mas needs Node 24 or newer and this is v\d+\.\d+\.\d+: install it .*\n$/);
    const bin = join(folder(), 'package', 'node_modules', '.bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(process.execPath, join(bin, 'node'));
    const found = run(old, ['validate', 'none']);
    assert.equal(found.status, 3);
    assert.match(found.stderr, /none does not exist/);
  });
});

/** A Node below 24 on the PATH. */
function olderNode(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'node'))
    .find((node) => {
      if (!existsSync(node)) return false;
      const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '';
      return Number(/^v(\d+)/.exec(version)?.[1] ?? 24) < 24;
    });
}
