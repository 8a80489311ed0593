import assert from 'node:assert/strict';
import {
  dictionary,
  flag,
  list,
  number,
  object,
  oneOf,
  optional,
  orNull,
  text,
  type Of,
} from '../../../webview/protocol/shape.ts';

const person = object({
  name: text,
  age: optional(number),
  tags: list(text),
  kind: oneOf('a', 'b'),
  best: orNull(number),
  marks: dictionary(flag),
});
type Person = Of<typeof person>;
const good: Person = { name: 'x', tags: ['t'], kind: 'a', best: null, marks: { m: true } };

describe('Shapes', () => {
  it('Shapes let through what they describe, and keys that they do not name', () => {
    assert.equal(person.problem(good, 'it'), undefined);
    assert.equal(person.problem({ ...good, age: 3, best: 1, more: [] }, 'it'), undefined);
  });

  const ill: readonly [string, unknown, string][] = [
    ['another type', { ...good, name: 1 }, 'it.name is not a text'],
    ['a missing key', { ...good, tags: undefined }, 'it.tags is not a list'],
    ['a wrong item', { ...good, tags: ['a', null] }, 'it.tags[1] is not a text'],
    ['a word that is not among those allowed', { ...good, kind: 'c' }, 'it.kind is not one of a, b'],
    ['NaN', { ...good, best: NaN }, 'it.best is not a finite number'],
    ['infinity', { ...good, age: Infinity }, 'it.age is not a finite number'],
    ['null for what may only be left out', { ...good, age: null }, 'it.age is not a finite number'],
    ['a wrong value in a dictionary', { ...good, marks: { m: 1 } }, 'it.marks.m is not true or false'],
    ['a list for an object', [], 'it is not an object'],
    ['null for an object', null, 'it is not an object'],
    ['nothing', undefined, 'it is not an object'],
  ];
  for (const [what, value, problem] of ill)
    it(`Shapes refuse ${what} and say where`, () => assert.equal(person.problem(value, 'it'), problem));
});
