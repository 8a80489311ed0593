import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, objects, root } from '../hosts/cli-helpers.ts';

const EXAMPLE = join(root, 'test', 'data', 'moise-marl', 'example.json');

describe('karma-mas import and export moise', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-exchange-'));
    cpSync(join(root, 'test', 'data', 'five-services', 'cluster.karma.yaml'), join(folder, 'cluster.karma.yaml'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('karma-mas import moise writes valid specs beside the JSON and names what is not executed, and karma-mas export moise writes JSON again', async () => {
    const made = await cli(['import', 'moise', EXAMPLE, '--name', 'team'], folder);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /example\.json:9:\d+: information: The Python rule role_1_func is kept and not executed/);
    assert.match(made.stdout, /Wrote organization team: .*team\.karma\.yaml, .*team\.moise\.json/);
    assert.equal(readFileSync(join(folder, 'team.moise.json'), 'utf8'), readFileSync(EXAMPLE, 'utf8'));
    assert.match(readFileSync(join(folder, 'team.karma.yaml'), 'utf8'), /cluster: five-services/);
    const valid = await cli(['validate'], folder);
    assert.equal(valid.code, 0, valid.stdout);

    const out = await cli(['export', 'moise', '--organization', 'team', '--out', 'again.json'], folder);
    assert.equal(out.code, 0, out.stderr);
    const again = JSON.parse(readFileSync(join(folder, 'again.json'), 'utf8')) as { written_by: string };
    assert.equal(again.written_by, 'hand');
    const printed = await cli(['export', 'moise', '--organization', 'team'], folder);
    assert.deepEqual(JSON.parse(printed.stdout), again);
  });

  it('karma-mas import moise --json prints its problems and its result as JSON', async () => {
    const lines = objects((await cli(['import', 'moise', EXAMPLE, '--json'], folder)).stdout);
    assert.deepEqual([...new Set(lines.map(({ type }) => type))], ['problem', 'imported']);
    assert.ok(lines.some(({ pointer, line }) => String(pointer).endsWith('/role_2/1') && line === 16));
  });

  it('karma-mas import moise does not overwrite an existing file', async () => {
    writeFileSync(join(folder, 'example.moise.json'), 'kept');
    const refused = await cli(['import', 'moise', EXAMPLE], folder);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /example\.moise\.json is there already, and import overwrites nothing/);
    assert.ok(!existsSync(join(folder, 'example.karma.yaml')));
  });

  it('karma-mas import moise and karma-mas export moise report broken files and unknown names', async () => {
    writeFileSync(join(folder, 'broken.json'), '{\n  "a": 1,\n  b\n}');
    const broken = await cli(['import', 'moise', 'broken.json'], folder);
    assert.equal(broken.code, 1);
    assert.match(broken.stdout, /^broken\.json:3:3: error: This is not JSON/);
    assert.equal((await cli(['import', 'moise', 'nothing.json'], folder)).code, 3);
    const unknown = await cli(['export', 'moise', '--organization', 'nobody'], folder);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /There is no organization nobody in .*There is: pair\./);
    writeFileSync(join(folder, 'pair.moise.json'), 'no json');
    const original = await cli(['export', 'moise'], folder);
    assert.equal(original.code, 2);
    assert.match(original.stderr, /pair\.moise\.json is not JSON/);
    writeFileSync(join(folder, 'bad.karma.yaml'), 'kind: Nothing\n');
    assert.equal((await cli(['export', 'moise'], folder)).code, 1);
  });
});
