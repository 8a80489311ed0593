import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  listCheckpoints,
  newestValid,
  pack,
  restoreNewest,
  unpack,
  writeCheckpoint,
  type Content,
} from '../../../src/runs/checkpoints.ts';
import { useFolder } from './helpers.ts';

const content = (step: number): Content => ({
  json: { step, name: 'größe' },
  arrays: {
    weights: Float32Array.of(1.5, -0, NaN, step),
    moments: Float64Array.of(Math.PI),
    state: Uint32Array.of(0, 4294967295, 7),
    mask: Uint8Array.of(1, 0, 1),
    none: new Int32Array(0),
  },
});

describe('pack and unpack', () => {
  it('pack and unpack keep types, bits and JSON, from any position in a buffer', () => {
    const bytes = pack(content(3));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    for (const view of [bytes, shifted.subarray(3)]) assert.deepEqual(unpack(view), content(3));
  });

  it('pack gives the same bytes for the same content', () => {
    assert.deepEqual(pack(content(3)), pack(content(3)));
    assert.deepEqual(unpack(pack({ json: undefined, arrays: {} })), { json: null, arrays: {} });
  });

  it('pack takes only the elements of a view of a larger array', () => {
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    assert.deepEqual(unpack(pack({ json: 1, arrays: { view } })).arrays.view, Float32Array.of(2, 3));
  });

  it('unpack refuses content with a flipped bit in any byte and content cut at any byte', () => {
    const bytes = pack(content(1));
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i] ^= 1 << (i % 8);
      assert.throws(() => unpack(damaged), /cut short|checksum/, `byte ${i}`);
      assert.throws(() => unpack(bytes.subarray(0, i)), /cut short|checksum/, `cut at ${i}`);
    }
  });

  it('unpack refuses any other bytes with a sentence', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.throws(() => unpack(bytes), /^Error: It/);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('checkpoints', () => {
  const folder = useFolder();
  const checkpoints = () => join(folder(), 'checkpoints');
  const write = (step: number) => writeCheckpoint(checkpoints(), { step, after: step + 1, ...content(step) });
  const damage = (step: number, at: number) => {
    const path = join(checkpoints(), `${String(step).padStart(12, '0')}.ckpt`);
    const bytes = readFileSync(path);
    bytes[at % bytes.length] ^= 0x10;
    writeFileSync(path, bytes);
  };

  it('Only the newest three checkpoints are kept', () => {
    for (const step of [64, 128, 1024, 2048]) write(step);
    assert.deepEqual(listCheckpoints(checkpoints()), [2048, 1024, 128]);
    const { checkpoint, problems } = newestValid(checkpoints());
    assert.deepEqual(checkpoint, { step: 2048, after: 2049, ...content(2048) });
    assert.deepEqual(problems, []);
  });

  it('Corrupt checkpoints are skipped wherever they are damaged, with a message', () => {
    for (const at of [0, 5, 9, 40, 200, 333]) {
      for (const step of [1, 2, 3]) write(step);
      damage(3, at);
      damage(2, at * 7);
      const { checkpoint, problems } = newestValid(checkpoints());
      assert.equal(checkpoint?.step, 1);
      assert.equal(problems.length, 2);
      assert.match(problems[0], /000000000003\.ckpt is skipped\. It/);
    }
  });

  it('Corrupt checkpoints are renamed, so that they never displace an intact one', () => {
    for (const step of [10, 20, 30]) write(step);
    truncateSync(join(checkpoints(), '000000000030.ckpt'), 50);
    damage(20, 100);
    assert.equal(restoreNewest(checkpoints()).checkpoint?.step, 10);
    for (const step of [11, 12]) write(step);
    assert.deepEqual(listCheckpoints(checkpoints()), [12, 11, 10]);
    assert.ok(readdirSync(checkpoints()).includes('000000000030.ckpt.corrupt'));
  });

  it('There is no checkpoint when none was written or none is intact', () => {
    assert.deepEqual(newestValid(checkpoints()), { problems: [], corrupt: [] });
    write(1);
    damage(1, 60);
    const { checkpoint, problems } = restoreNewest(checkpoints());
    assert.equal(checkpoint, undefined);
    assert.equal(problems.length, 1);
  });

  it('Checkpoints cannot be written or listed when their folder is a file', () => {
    writeFileSync(checkpoints(), '');
    assert.throws(() => write(1), /choose another|folder is needed/);
    assert.throws(() => listCheckpoints(checkpoints()), /folder is needed/);
  });
});
