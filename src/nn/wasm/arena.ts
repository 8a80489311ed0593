/**
 * Blocks of the kernels' memory. First fit over a list of free blocks in order of address; the memory grows when none fits.
 * Addresses are multiples of 64, so that vectors never straddle cache lines.
 */
const PAGE = 65536;
const ALIGNMENT = 64;
/** 2 GiB: addresses stay positive as 32-bit integers. */
export const MAXIMUM_PAGES = 32768;

interface Block {
  address: number;
  size: number;
}

export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly #used = new Map<number, number>();
  #free: Block[];
  #end: number;
  #buffer: ArrayBufferLike | undefined;
  #viewF32: Float32Array = new Float32Array();
  #viewI32: Int32Array = new Int32Array();
  #viewF64: Float64Array = new Float64Array();
  #viewU8: Uint8Array = new Uint8Array();

  /** `start` is the first byte that may be given out. */
  constructor(memory: WebAssembly.Memory, start: number) {
    this.memory = memory;
    this.#end = memory.buffer.byteLength;
    const first = roundUp(start, ALIGNMENT);
    this.#free = [{ address: first, size: this.#end - first }];
  }

  /** Address of `bytes` bytes of zeros. Throws if the memory cannot grow any more. */
  allocate(bytes: number): number {
    const size = Math.max(ALIGNMENT, roundUp(bytes, ALIGNMENT));
    const block = this.#freeBlock(size);
    const { address } = block;
    block.address += size;
    block.size -= size;
    if (block.size === 0) this.#free.splice(this.#free.indexOf(block), 1);
    this.#used.set(address, size);
    this.u8.fill(0, address, address + size);
    return address;
  }

  /** Makes the block at this address free again. */
  release(address: number): void {
    const size = this.#used.get(address);
    if (size === undefined) throw new Error(`Nothing was allocated at ${address}.`);
    this.#used.delete(address);
    this.#insertFree({ address, size });
  }

  /** Bytes in use. */
  get allocated(): number {
    return [...this.#used.values()].reduce((sum, size) => sum + size, 0);
  }

  // Views on all of the memory. Growing replaces the buffer, so never keep one of them.
  get f32(): Float32Array {
    this.#refresh();
    return this.#viewF32;
  }
  get i32(): Int32Array {
    this.#refresh();
    return this.#viewI32;
  }
  get f64(): Float64Array {
    this.#refresh();
    return this.#viewF64;
  }
  get u8(): Uint8Array {
    this.#refresh();
    return this.#viewU8;
  }

  #freeBlock(size: number): Block {
    for (;;) {
      const block = this.#free.find((candidate) => candidate.size >= size);
      if (block) return block;
      this.#grow(size);
    }
  }

  #refresh(): void {
    const { buffer } = this.memory;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#viewF32 = new Float32Array(buffer);
    this.#viewI32 = new Int32Array(buffer);
    this.#viewF64 = new Float64Array(buffer);
    this.#viewU8 = new Uint8Array(buffer);
  }

  #grow(size: number): void {
    // By at least half of its size, so that many small blocks do not make it grow many times.
    const pages = Math.ceil(Math.max(size, this.#end / 2) / PAGE);
    const room = MAXIMUM_PAGES - this.#end / PAGE;
    const needed = Math.ceil(size / PAGE);
    if (needed > room)
      throw new Error(`The networks need more than ${(MAXIMUM_PAGES * PAGE) / 2 ** 30} GiB of memory.`);
    const added = Math.min(pages, room);
    this.memory.grow(added);
    this.#insertFree({ address: this.#end, size: added * PAGE });
    this.#end += added * PAGE;
  }

  #insertFree(block: Block): void {
    this.#free.push(block);
    this.#free.sort((a, b) => a.address - b.address);
    const merged: Block[] = [];
    for (const next of this.#free) {
      const last = merged.at(-1);
      if (last && last.address + last.size === next.address) last.size += next.size;
      else merged.push(next);
    }
    this.#free = merged;
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
