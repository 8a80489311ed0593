import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSpecs } from '../../src/spec/load.ts';
import { Client, folderWith, uriOf } from './client.ts';

const BROKEN = 'test/data/broken-specs';
export const YAML_SERVER = ['node_modules/yaml-language-server/bin/yaml-language-server', '--stdio'];
export const SCHEMA = uriOf(join(import.meta.dirname, '..', '..', 'schemas', 'karma.schema.json'));

/** Problems that a JSON Schema can express. The others involve several places or another language. */
const SCHEMA_CODES: ReadonlySet<string> = new Set([
  'missing-key',
  'unknown-key',
  'wrong-type',
  'wrong-value',
  'wrong-length',
  'repeated-entry',
  'out-of-range',
  'bad-unit',
  'invalid-name',
  'one-of',
  'unknown-kind',
  'unknown-api-version',
]);

/** Where our checks and the schema differ, and why that is right. */
const EXCEPTIONS: Readonly<
  Record<string, { readonly ours: string; readonly theirs: string; readonly because: string }>
> = {
  '11-unknown-key-typo': {
    ours: '9',
    theirs: '7,9',
    because: 'A mistyped key is one mistake to us; to a schema it is an unknown key and a missing key.',
  },
  '37-zero-duration': {
    ours: '5',
    theirs: '',
    because: '0s has the form of a duration; only a check of the number of seconds finds that it is not above 0.',
  },
  '91-tab': {
    ours: '',
    theirs: '4,5',
    because: 'For a document that is not YAML, we report only that; anything more would be a guess.',
  },
  '93-unknown-alias': {
    ours: '',
    theirs: '8',
    because: 'We report an alias without an anchor as such; the value that it stands for has no type.',
  },
  '95-too-deep': { ours: '', theirs: '4', because: 'For a document that is not YAML, we report only that.' },
  '96-colon-in-plain-text': { ours: '', theirs: '5', because: 'For a document that is not YAML, we report only that.' },
  '97-alias-bomb': {
    ours: '',
    theirs: '4,5,6,7,8,9,10,11',
    because: 'We report aliases that expand too far as such, and do not expand them to check their content.',
  },
};

describe('yaml-language-server with our schemas', () => {
  let client: Client;
  const { folder, remove } = folderWith({});
  before(async () => {
    const yaml = { schemas: { [SCHEMA]: '*.yaml' }, validate: true, schemaStore: { enable: false } };
    client = await Client.start({ server: YAML_SERVER, folders: [folder], configuration: { yaml } });
  });
  after(() => {
    client.kill();
    remove();
  });

  const lines = (numbers: readonly number[]): string => [...new Set(numbers)].sort((a, b) => a - b).join();

  for (const name of readdirSync(BROKEN).filter((entry) => !entry.endsWith('.json')))
    it(`Our schema makes yaml-language-server report the expected lines of ${name}`, async () => {
      for (const file of readdirSync(join(BROKEN, name)).filter((entry) => entry.endsWith('.karma.yaml'))) {
        const text = readFileSync(join(BROKEN, name, file), 'utf8');
        const { problems } = loadSpecs([{ path: file, text }]);
        const ours = lines(problems.filter(({ code }) => SCHEMA_CODES.has(code)).map(({ range }) => range.start.line));
        // A plain .yaml file, as other tools see it: *.karma.yaml is a file type of our own.
        const uri = uriOf(join(folder, `${name}-${file.replace('.karma.yaml', '.yaml')}`));
        await client.open(uri, text, 'yaml');
        const { diagnostics } = await client.until(`diagnostics of ${uri}`, () => client.diagnostics.get(uri));
        const fromSchema = diagnostics.filter(({ source }) => source?.startsWith('yaml-schema'));
        const theirs = lines(fromSchema.map(({ range }) => range.start.line + 1));
        const exception = EXCEPTIONS[name];
        const message = `${name}/${file}: ${fromSchema.map((each) => each.message).join(' | ')}`;
        assert.deepEqual([ours, theirs], exception ? [exception.ours, exception.theirs] : [ours, ours], message);
      }
    });

  it('Our schema makes yaml-language-server report no problem in the sample', async () => {
    for (const file of readdirSync('examples/chained-services').filter((entry) => entry.endsWith('.yaml'))) {
      const uri = uriOf(join(folder, `sample-${file.replace('.karma', '')}`));
      await client.open(uri, readFileSync(join('examples/chained-services', file), 'utf8'), 'yaml');
      const { diagnostics } = await client.until(`diagnostics of ${uri}`, () => client.diagnostics.get(uri));
      assert.deepEqual(
        diagnostics.map(({ message }) => message),
        [],
        file,
      );
    }
  });
});
