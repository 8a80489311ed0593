/** Files for other tools, read by these tools: NumPy, and pandas' reader of Parquet (test/peers). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npy } from '../../../../src/analyzing/export/npy.ts';
import { trajectoriesAsParquet } from '../../../../src/analyzing/export/parquet.ts';
import { csvLines } from '../../../../src/analyzing/trajectories/trajectories.ts';
import { fourAgents, makeTrajectories } from '../synthetic.ts';

const peers = (path: string) => fileURLToPath(new URL(`../../../peers/${path}`, import.meta.url));

describe('files of the analysis', () => {
  let folder: string;
  let python: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-export-'));
    python = execFileSync('bash', [peers('install.sh')], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .at(-1)!;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const read = (file: string, bytes: Uint8Array): unknown => {
    const path = join(folder, file);
    writeFileSync(path, bytes);
    return JSON.parse(execFileSync(python, [peers('read_export.py'), path], { encoding: 'utf8', maxBuffer: 1 << 26 }));
  };

  it('NumPy reads numbers, shapes and order of an exported .npy file', () => {
    const values = Float64Array.of(0.1, -2, Infinity, 1e300, 5, 6);
    assert.deepEqual(read('matrix.npy', npy(values, [3, 2])), {
      shape: [3, 2],
      rows: ['0.1 -2.0', 'inf 1e+300', '5.0 6.0'],
    });
    assert.deepEqual(read('column.npy', npy(values.subarray(0, 2), [2])), { shape: [2], rows: ['0.1', '-2.0'] });
    assert.deepEqual(read('empty.npy', npy(new Float64Array(), [0, 4])), { shape: [0, 4], rows: [] });
    assert.throws(() => npy(values, [4, 2]), RangeError);
  });

  it('Arrow reads every decision of an exported .parquet file with its types, equal to the CSV', () => {
    const trajectories = makeTrajectories({ agents: fourAgents(), episodes: 3, steps: 7, noise: 0.1, seed: 1 });
    const table = read('trajectories.parquet', trajectoriesAsParquet(trajectories)) as {
      types: Record<string, string>;
      rows: Record<string, unknown>[];
    };
    assert.equal(table.types.episode, 'int32');
    assert.equal(table.types.objective, 'double');
    assert.equal(table.types['action.relief'], 'string');
    assert.equal(table.types['active.relief'], 'bool');
    const [header, ...lines] = [...csvLines(trajectories)].map((line) => line.split(','));
    assert.deepEqual(Object.keys(table.types), header);
    assert.equal(table.rows.length, lines.length);
    for (const [r, row] of table.rows.entries())
      for (const [c, name] of header.entries()) {
        const value = row[name];
        const text = typeof value === 'boolean' ? String(Number(value)) : String(value);
        assert.equal(text, lines[r][c], `row ${r}, ${name}`);
      }
  });
});
