import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import { COMMON_SCHEMA, KINDS, SCHEMAS } from '../../../src/spec/schema/validators.ts';

const FILE = 'schemas/karma.schema.json';
const combined = JSON.parse(readFileSync(FILE, 'utf8')) as {
  readonly properties: { readonly kind: { readonly enum: readonly string[] } };
  readonly allOf: readonly {
    readonly if: { readonly properties: { readonly kind: { readonly const: string } } };
    readonly then: { readonly $ref: string };
  }[];
};

describe(`${FILE}, for YAML tools that take one schema for a file`, () => {
  it('The combined schema has every kind, with its own schema', () => {
    assert.deepEqual(combined.properties.kind.enum, KINDS);
    assert.deepEqual(
      combined.allOf.map((branch) => [branch.if.properties.kind.const, branch.then.$ref]),
      KINDS.map((kind) => [kind, `${kind.toLowerCase()}.schema.json`]),
    );
  });

  it('The combined schema accepts the documents of the samples and no other kind', async () => {
    const ajv = new Ajv2020({ strict: false, discriminator: true, allErrors: true });
    ajv.addSchema(COMMON_SCHEMA);
    for (const kind of KINDS) ajv.addSchema(SCHEMAS[kind]);
    const validate = ajv.compile(combined);
    let count = 0;
    for (const folder of ['examples/chained-services', 'test/data/five-services'])
      for (const { text } of (await readSpecFolder(folder)).files)
        for (const document of parseAllDocuments(typeof text === 'string' ? text : new TextDecoder().decode(text))) {
          assert.ok(validate(document.toJS()), JSON.stringify(validate.errors));
          count++;
        }
    assert.ok(count >= 35, String(count));
    const role = { apiVersion: 'karma-mas.dev/v1alpha1', kind: 'Role', metadata: { name: 'a' }, spec: {} };
    assert.ok(validate(role));
    assert.ok(!validate({ ...role, spec: { rule: [] } }));
    assert.ok(!validate({ ...role, kind: 'Rol' }));
  });
});
