import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { COMMON_SCHEMA, KINDS, SCHEMAS } from '../../../src/spec/schema/validators.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Every schema inside a schema, with its JSON pointer. */
function* parts(schema: Schema, pointer: string): Generator<[string, Schema]> {
  yield [pointer, schema];
  for (const key of ['properties', '$defs']) {
    for (const [name, part] of Object.entries((schema[key] ?? {}) as Record<string, Schema>)) {
      yield* parts(part, `${pointer}/${key}/${name}`);
    }
  }
  for (const key of ['items', 'additionalProperties']) {
    if (typeof schema[key] === 'object') yield* parts(schema[key] as Schema, `${pointer}/${key}`);
  }
}

const all = [...KINDS.map((kind) => [kind, SCHEMAS[kind]] as const), ['common', COMMON_SCHEMA] as const];

describe('JSON Schemas', () => {
  for (const [kind, schema] of all) {
    it(`The schema ${kind} describes every part and restricts the keys of every mapping`, () => {
      for (const [path, part] of parts(schema as Schema, '#')) {
        const named = /\/(properties|\$defs)\/[^/]+$/.test(path);
        if (named)
          assert.ok(typeof part.description === 'string' || typeof part.$ref === 'string', `${path} is not described`);
        if (part.properties) assert.ok(part.additionalProperties !== undefined, `${path} takes any key`);
      }
    });
  }

  // Comparing other values calls methods that a specification can replace, such as { valueOf: 1 }.
  it('The schemas require unique entries only in lists of texts or whole numbers', () => {
    for (const [kind, schema] of all) {
      for (const [path, part] of parts(schema as Schema, kind)) {
        if (!part.uniqueItems) continue;
        assert.ok(['string', 'integer'].includes((part.items as { type: string }).type), path);
      }
    }
  });

  it('The schemas compile on their own, as other tools compile them', () => {
    const ajv = new Ajv2020({ strict: false, discriminator: true }).addSchema(COMMON_SCHEMA);
    for (const kind of KINDS) assert.ok(ajv.compile(SCHEMAS[kind]));
  });

  it('The schemas give examples and defaults that are valid', () => {
    const ajv = new Ajv2020({ strict: false, discriminator: true }).addSchema(COMMON_SCHEMA);
    let checked = 0;
    for (const [kind, schema] of all) {
      if (kind !== 'common') ajv.addSchema(schema);
      const id = (schema as { $id: string }).$id;
      for (const [pointer, part] of parts(schema as Schema, '#')) {
        const values = [...((part.examples ?? []) as unknown[]), ...('default' in part ? [part.default] : [])];
        for (const value of values) {
          const validate = ajv.getSchema(`${id}${pointer}`)!;
          assert.ok(validate(value), `${id}${pointer}: ${JSON.stringify(value)} ${ajv.errorsText(validate.errors)}`);
          checked++;
        }
      }
    }
    assert.ok(checked > 100, String(checked));
  });
});
