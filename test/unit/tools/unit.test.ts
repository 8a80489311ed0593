import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** What `npm run unit -- ARGUMENTS` would run: its exit code, the full titles and its stderr. */
function unit(...args: string[]): { status: number | null; titles: string[]; stderr: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['tools/unit.ts', '--dry-run', '--reporter', 'json', ...args],
    { cwd: root, encoding: 'utf8' },
  );
  const results = stdout === '' ? { tests: [] } : (JSON.parse(stdout) as { tests: { fullTitle: string }[] });
  return { status, titles: results.tests.map(({ fullTitle }) => fullTitle), stderr };
}

describe('npm run unit', () => {
  it('npm run unit -- FILE runs the tests of this file and no others', () => {
    const { status, titles } = unit('test/unit/layers.test.ts');
    assert.equal(status, 0);
    assert.ok(titles.length > 10);
    assert.ok(titles.every((title) => title.startsWith('lint rules of the architecture')));
  });

  it('npm run unit -- FILE --grep TITLE runs only the tests with this title', () => {
    const { titles } = unit('layers', '--grep', 'vscode');
    assert.ok(titles.length > 1);
    assert.ok(titles.every((title) => title.includes('vscode')));
  });

  it('npm run unit -- NAME refuses a name that no unit test file has', () => {
    const { status, stderr } = unit('test/unit/nowhere.test.ts');
    assert.equal(status, 2);
    assert.match(stderr, /No unit test file has "test\/unit\/nowhere\.test\.ts" in its path/);
  });
});
