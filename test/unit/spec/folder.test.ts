import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import { formatProblem } from '../../../src/spec/problem.ts';
import { cluster, inFull, object, role, scenario } from './samples.ts';

describe('a specification folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-folder-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  it('A folder is one model of all its files, at any depth, in the order of their paths', async () => {
    write('z.karma.yaml', cluster());
    write('roles/grower.karma.yaml', role);
    write('roles/notes.yaml', 'not: ours');
    const result = await readSpecFolder(folder);
    assert.equal(inFull(result), '');
    assert.deepEqual(
      result.files.map(({ path }) => path),
      ['roles/grower.karma.yaml', 'z.karma.yaml'],
    );
    assert.deepEqual(result.model.roles[0].origin, { file: 'roles/grower.karma.yaml', line: 3 });
    assert.deepEqual(result.model.roles[0].rules[0].scale, [1, 2], 'ascending');
  });

  it('Reading a folder leaves out runs, packages and links to folders', async () => {
    write('a.karma.yaml', role);
    write('.karma/runs/1/specs/a.karma.yaml', role);
    write('node_modules/x/a.karma.yaml', role);
    symlinkSync(folder, join(folder, 'again'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'b.karma.yaml'));
    const result = await readSpecFolder(folder);
    assert.deepEqual(
      result.files.map(({ path }) => path),
      ['a.karma.yaml'],
    );
    assert.equal(inFull(result), '');
  });

  it('Load files are found relative to the specification that names them', async () => {
    const byFile = (path: string): string =>
      scenario.replace('{ type: constant, rate: 60% }', `{ type: file, path: ${path} }`);
    write('cluster.karma.yaml', cluster());
    write('deep/scenarios/day.karma.yaml', byFile('../loads/day.csv'));
    write('deep/loads/day.csv', 'seconds,requests_per_second\n0,1\n');
    const { model, problems } = await readSpecFolder(folder);
    assert.deepEqual(problems, []);
    const [profile] = model.scenarios[0].load[0].profiles;
    assert.equal(profile.type === 'file' && profile.path, 'deep/loads/day.csv');

    write('deep/scenarios/day.karma.yaml', byFile('../loads'));
    assert.match(inFull(await readSpecFolder(folder)), /file-not-found: There is no file 'deep\/loads'/);
    write('deep/scenarios/day.karma.yaml', byFile('"a\\0b.csv"'));
    assert.match(inFull(await readSpecFolder(folder)), /file-not-found/);
    for (const outside of ['../../../x.csv', '/etc/passwd', 'C:/x.csv', '..\\x.csv']) {
      write('deep/scenarios/day.karma.yaml', byFile(`'${outside}'`));
      assert.match(inFull(await readSpecFolder(folder)), /path-outside/, outside);
    }
  });

  it('Reading a folder without specifications reports that there are none', async () => {
    const { problems } = await readSpecFolder(folder);
    assert.equal(
      problems.map(formatProblem).join(),
      `.:1:1: error no-specs: There is no *.karma.yaml file in ${folder}. Add one, or name another folder.`,
    );
  });

  it('Reading a folder that does not exist is rejected', async () => {
    await assert.rejects(readSpecFolder(join(folder, 'nowhere')), { code: 'ENOENT' });
  });

  it('A file with a byte order mark is read', async () => {
    write('a.karma.yaml', `\u{feff}${object('Role', 'x', '  «otherwise: maybe\n').replace('«', '')}`);
    const { problems } = await readSpecFolder(folder);
    assert.deepEqual(problems.map(formatProblem), [
      "a.karma.yaml:5:14: error wrong-value: otherwise is 'maybe', which is not one of the values allowed. Write one of hold, free.",
    ]);
  });
});
