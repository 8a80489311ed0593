import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { presetOf } from '../../../../src/spec/presets.ts';
import { HYPERPARAMETERS } from '../../../../src/training/mappo/config.ts';

interface Schema {
  readonly description: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
}

const read = (name: string) => JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8'));
const { algorithm } = read('training').properties.spec.properties as Record<string, Schema>;
const { widths } = read('common').$defs as Record<string, Schema>;
const [at15s, at30s] = [15, 30].map((interval) => presetOf('recipe', interval).algorithm);
const published = presetOf('published', 30).algorithm;

const RANGE = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'] as const;

function written(value: unknown): string {
  if (typeof value === 'number') return value.toFixed(10).replace(/\.?0+$/, '');
  if (!Array.isArray(value)) return String(value);
  // A range whose ends are equal is written as one number; layers are not ranges.
  return `[${value.map(written).join(', ')}]`;
}

/** "0.9 (recipe), 0.95 (published)", or one value where both presets have it. */
function defaultsOf(path: readonly string[], isSpan: boolean): string {
  const valueIn = (preset: unknown): string => {
    const value = path.reduce((object, key) => (object as Record<string, unknown>)[key], preset);
    return isSpan && Array.isArray(value) && value[0] === value[1] ? written(value[0]) : written(value);
  };
  const [short, recipe, paper] = [at15s, at30s, published].map(valueIn);
  const ours = short === recipe ? recipe : `${short} at a decision interval of 15s, ${recipe} above`;
  return ours === paper ? ours : `${ours} (recipe), ${paper} (published)`;
}

describe('the hyper-parameters of MAPPO', () => {
  const fields = Object.entries(HYPERPARAMETERS).flatMap(([name, entry]) =>
    'meaning' in entry
      ? [{ path: [name], entry }]
      : Object.entries(entry).map(([part, inner]) => ({ path: [name, part], entry: inner })),
  );

  for (const { path, entry } of fields) {
    const schema = path.reduce((found, key) => found.properties![key], algorithm);
    const name = path.join('.');

    it(`The schema gives algorithm.${name} the range of training/mappo/config.ts`, () => {
      const numbers = schema.$ref ? widths.items! : schema;
      assert.deepEqual(
        Object.fromEntries(Object.entries(numbers).filter(([key]) => (RANGE as readonly string[]).includes(key))),
        entry.range,
      );
    });

    it(`The schema describes algorithm.${name} by its meaning, unit, default and reason`, () => {
      const unit = entry.unit === '' ? '' : ` Unit: ${entry.unit}.`;
      const isSpan = name === 'entropy' || name === 'learningRate';
      const expected = `${entry.meaning}${unit} Default: ${defaultsOf(path, isSpan)}. ${entry.reason}`;
      assert.equal(schema.description, expected);
    });
  }
});
