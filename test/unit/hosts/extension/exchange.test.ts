/** What the extension reads of an import or export, from what the command line really says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exchangeResult } from '../../../../src/hosts/extension/exchange/output.ts';

describe('an import as the extension reads it', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-exchange-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (file: string) =>
    new Promise<ReturnType<typeof exchangeResult>>((resolve) =>
      execFile(
        process.execPath,
        ['src/hosts/cli/main.ts', 'import', 'moise', file, '--dir', folder, '--json'],
        (error, stdout, stderr) => resolve(exchangeResult(stdout, stderr, error ? Number(error.code ?? 1) : 0)),
      ),
    );

  it('names the organization and the files that are there', async () => {
    const file = join(folder, 'team.json');
    copyFileSync('test/data/moise-marl/example.json', file);
    const { organization, files, error } = await run(file);
    assert.equal(error, '');
    assert.notEqual(organization, '');
    assert.ok(files.length > 0);
    for (const path of files) assert.ok(existsSync(join(folder, path)) || existsSync(path), path);
  });

  it('says what is wrong, in a sentence or at its place', async () => {
    assert.match((await run(join(folder, 'missing.json'))).error, /missing\.json/);
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{ "structural_specifications": [');
    const { files, error, problems } = await run(broken);
    assert.deepEqual(files, []);
    assert.ok(error !== '' || problems.some(({ severity }) => severity === 'error'));
  });

  it('reads nothing into lines that are none of ours', () => {
    assert.deepEqual(exchangeResult('hello\n5\nnull\n', '', 0), {
      problems: [],
      organization: '',
      files: [],
      error: '',
    });
    assert.equal(exchangeResult('', '  it broke \n', 3).error, 'it broke');
    assert.equal(exchangeResult('', '', 3).error, 'exit code 3');
  });
});
