import assert from 'node:assert/strict';
import { optionsOf } from '../../../src/deciding/actions.ts';
import { hashUniform, Random } from '../../../src/cluster/random.ts';

const moments = (values: readonly number[]): [number, number] => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return [mean, values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length];
};
const near = (actual: number, expected: number, within: number): void =>
  assert.ok(Math.abs(actual - expected) < within, `${actual} is not ${expected}`);

describe('Seeded randomness', () => {
  it('Random numbers are uniform and normal as they say, and differ by seed and stream', () => {
    const random = new Random(1);
    const [mean, variance] = moments(Array.from({ length: 50_000 }, () => random.uniform()));
    near(mean, 0.5, 0.01);
    near(variance, 1 / 12, 0.002);
    const [center, spread] = moments(Array.from({ length: 50_000 }, () => random.normal()));
    near(center, 0, 0.02);
    near(spread, 1, 0.03);
    const first = [new Random(1), new Random(2), new Random(1, 1), new Random(2 ** 32 + 1)].map((r) => r.nextUint32());
    assert.equal(new Set(first).size, 4);
  });

  it('A restored generator goes on from its state', () => {
    const random = new Random(9);
    random.nextUint32();
    const copy = Random.restore(random.state.slice());
    assert.deepEqual(
      Array.from({ length: 5 }, () => copy.uniform()),
      Array.from({ length: 5 }, () => random.uniform()),
    );
  });

  it('Integers, picks and shuffles reach everything and nothing else', () => {
    const random = new Random(3);
    const seen = new Set(Array.from({ length: 200 }, () => random.integer(-1, 2)));
    assert.deepEqual(
      [...seen].toSorted((a, b) => a - b),
      [-1, 0, 1, 2],
    );
    assert.deepEqual(new Set(Array.from({ length: 50 }, () => random.pick(['x', 'y']))), new Set(['x', 'y']));
    const items = Int32Array.from({ length: 30 }, (_, i) => i);
    random.shuffle(items);
    assert.notDeepEqual(items, items.toSorted());
    assert.deepEqual([...items.toSorted()], [...Array(30).keys()]);
    for (let i = 0; i < 100; i++) {
      const x = random.between(2, 3);
      assert.ok(x >= 2 && x < 3);
    }
  });

  it('The same key hashes to the same number, and neighboring keys have nothing in common', () => {
    assert.equal(hashUniform(1, 2, 3, 4), hashUniform(1, 2, 3, 4));
    for (const key of [
      (i: number) => hashUniform(i, 0),
      (i: number) => hashUniform(7, i),
      (i: number) => hashUniform(7, 1, i),
      (i: number) => hashUniform(7, 1, 2, i),
    ]) {
      const values = Array.from({ length: 20_000 }, (_, i) => key(i));
      const [mean, variance] = moments(values);
      near(mean, 0.5, 0.01);
      near(variance, 1 / 12, 0.003);
      const lagged = values.slice(1).map((value, i) => (value - 0.5) * (values[i] - 0.5));
      near(moments(lagged)[0], 0, 0.003);
    }
  });
});

describe('An agent’s options', () => {
  it('The options of an agent are hold, once, and every move of every service in scope', () => {
    const options = optionsOf([2, 0], 2);
    assert.equal(options.length, 1 + 2 * 2 * 2);
    assert.deepEqual(options[0], { service: -1, move: 0 });
    assert.deepEqual(
      options.slice(1, 5).map(({ service, move }) => [service, move]),
      [
        [2, -2],
        [2, -1],
        [2, 1],
        [2, 2],
      ],
    );
  });
});
