import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

describe('tools/check-release.ts', () => {
  it('The check of a release refuses a tag that is not the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const { status, stdout } = spawnSync(process.execPath, ['tools/check-release.ts', 'v99.0.0'], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.ok(stdout.includes(`The tag is "v99.0.0" and package.json has version ${version}`));
  });
});
