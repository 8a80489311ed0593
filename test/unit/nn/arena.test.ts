import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Arena } from '../../../src/nn/wasm/arena.ts';

const arenaOf = (maximum = 200): Arena => new Arena(new WebAssembly.Memory({ initial: 1, maximum, shared: true }), 100);

describe('nn: memory of the kernels', () => {
  it('Blocks of memory are aligned, zeroed and apart from one another, and released ones are used again', () => {
    const commands = fc.array(fc.tuple(fc.nat(5000), fc.boolean()), { maxLength: 60 });
    const property = fc.property(commands, (list) => {
      const arena = arenaOf();
      const blocks: { address: number; size: number; mark: number }[] = [];
      list.forEach(([size, releases], i) => {
        const old = blocks[size % (blocks.length || 1)];
        if (releases && old) {
          arena.release(old.address);
          blocks.splice(blocks.indexOf(old), 1);
          return;
        }
        const address = arena.allocate(size);
        assert.equal(address % 64, 0);
        assert.ok(address >= 100 && address + size <= arena.memory.buffer.byteLength);
        assert.ok(arena.u8.subarray(address, address + size).every((byte) => byte === 0));
        arena.u8.fill(i + 1, address, address + size);
        blocks.push({ address, size, mark: i + 1 });
      });
      for (const { address, size, mark } of blocks) {
        assert.ok(arena.u8.subarray(address, address + size).every((byte) => byte === mark));
      }
      for (const { address } of blocks) arena.release(address);
      assert.equal(arena.allocated, 0);
      // All room is one block again.
      const before = arena.memory.buffer.byteLength;
      arena.allocate(before - 128);
      assert.equal(arena.memory.buffer.byteLength, before);
    });
    fc.assert(property, { seed: 1, numRuns: 100 });
  });

  it('The views cover all of the memory after it has grown', () => {
    const arena = arenaOf();
    const first = arena.allocate(8);
    arena.f64[first >> 3] = Math.PI;
    const second = arena.allocate(300_000);
    arena.f32[(second + 299_996) >> 2] = 2.5;
    arena.i32[second >> 2] = -7;
    assert.equal(arena.f64[first >> 3], Math.PI);
    assert.equal(arena.u8.byteLength, arena.memory.buffer.byteLength);
  });

  it('An address that was not given out cannot be released', () => {
    const arena = arenaOf();
    const address = arena.allocate(10);
    arena.release(address);
    assert.throws(() => arena.release(address), /Nothing was allocated/);
  });

  it('A memory that cannot grow any more is reported', () => {
    assert.throws(() => arenaOf().allocate(2 ** 31), /need more than 2 GiB of memory/);
  });
});
