/** What the extension reads from the real output of the command line for an import. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli, type CliResult } from '../../../../src/hosts/extension/command-line/cli-process.ts';
import { exchangeResult, type ExchangeResult } from '../../../../src/hosts/extension/exchange/exchange-result.ts';

describe('The import of an organization as the extension reads it', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-exchange-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function importFile(file: string): Promise<ExchangeResult & { readonly error: string }> {
    const results: CliResult[] = [];
    const failed = await runCli(['import', 'moise', file, '--dir', folder], {
      node: { path: process.execPath, env: {} },
      program: 'src/hosts/cli/main.ts',
      env: {},
      signal: new AbortController().signal,
      onResult: (result) => results.push(result),
    }).catch((error: unknown) => error);
    return { ...exchangeResult(results), error: failed instanceof Error ? failed.message : '' };
  }

  it('The result of an import names the organization and the files that were written', async () => {
    const file = join(folder, 'team.json');
    copyFileSync('test/data/moise-marl/example.json', file);
    const { organization, files, error } = await importFile(file);
    assert.equal(error, '');
    assert.notEqual(organization, '');
    assert.ok(files.length > 0);
    for (const path of files) assert.ok(existsSync(join(folder, path)) || existsSync(path), path);
  });

  it('The result of a failed import says what is wrong, in a sentence or at its place in the file', async () => {
    assert.match((await importFile(join(folder, 'missing.json'))).error, /missing\.json/);
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{ "structural_specifications": [');
    const { files, error, problems } = await importFile(broken);
    assert.deepEqual(files, []);
    assert.ok(error !== '' || problems.some(({ severity }) => severity === 'error'));
  });

  it('The result of an import leaves out lines of another shape', () => {
    const foreign = [{ type: 'problem' }, { type: 'imported', files: 'none' }, { type: 'else' }];
    assert.deepEqual(exchangeResult(foreign), { problems: [], organization: '', files: [] });
  });
});
