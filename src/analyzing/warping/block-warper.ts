/** Distances of one sequence with four others at a time, in a kernel of WebAssembly (kernel/). */

/** What all pairs are taken of. Plain data, so that a thread can be given it. */
export type WarpingProblem = VectorProblem | SymbolProblem;

interface CommonProblem {
  /** Sakoe-Chiba band; undefined = none. */
  readonly band: number | undefined;
}

export interface VectorProblem extends CommonProblem {
  readonly kind: 'vectors';
  /** [steps x dimension] each. */
  readonly sequences: readonly Float64Array[];
  readonly dimension: number;
}

export interface SymbolProblem extends CommonProblem {
  readonly kind: 'symbols';
  /** [steps] each. */
  readonly sequences: readonly Uint16Array[];
  /** [symbols x symbols] */
  readonly distances: Float64Array;
  readonly symbols: number;
}

/** Sequences that are compared with one at a time. */
export const LANES = 4;

interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly heapBase: WebAssembly.Global;
  warp(a: number, n: number, block: number, m: number, dimension: number, width: number, row: number): void;
  warpSymbols(
    a: number,
    n: number,
    block: number,
    m: number,
    distances: number,
    symbols: number,
    width: number,
    row: number,
  ): void;
}

const PAGE = 65_536;
/** Stands for "no band" where a step is counted in 32 bits. */
const WIDE = 1 << 29;

export class BlockWarper {
  readonly #problem: WarpingProblem;
  readonly #kernel: Kernel;
  readonly #lengths: readonly number[];
  /** Addresses in the kernel's memory. */
  readonly #starts: number[] = [];
  readonly #block: number;
  readonly #row: number;
  readonly #table: number;

  constructor(module: WebAssembly.Module, problem: WarpingProblem) {
    this.#problem = problem;
    // The types of a module's exports are those of its source, kernel/index.ts.
    this.#kernel = new WebAssembly.Instance(module, {}).exports as unknown as Kernel;
    const width = problem.kind === 'vectors' ? problem.dimension : 1;
    this.#lengths = problem.sequences.map((sequence) => sequence.length / width);
    const longest = Math.max(0, ...this.#lengths);
    const bytes = problem.kind === 'vectors' ? 8 : 4;

    let next = aligned(this.#kernel.heapBase.value as number);
    const take = (size: number): number => {
      const at = next;
      next = aligned(next + size);
      return at;
    };
    for (const sequence of problem.sequences) this.#starts.push(take(sequence.length * bytes));
    this.#block = take(longest * width * LANES * bytes);
    this.#row = take(longest * LANES * 8);
    this.#table = take(problem.kind === 'symbols' ? problem.distances.length * 8 : 0);
    const missing = next - this.#kernel.memory.buffer.byteLength;
    if (missing > 0) this.#kernel.memory.grow(Math.ceil(missing / PAGE));
    this.#fill();
  }

  /**
   * Distances of the sequences first .. first + 3 (as many of these as there are) with every sequence before them:
   * [sequences before first + 4 x lane]; entries on and right of the diagonal mean nothing.
   */
  distances(first: number): Float64Array {
    const { sequences } = this.#problem;
    const lanes = Math.min(LANES, sequences.length - first);
    const steps = Math.max(...this.#lengths.slice(first, first + lanes));
    this.#interleave(first, lanes);
    const result = new Float64Array((first + lanes) * LANES);
    for (let i = 0; i < first + lanes; i++) {
      const widths = Array.from({ length: lanes }, (_, lane) => this.#width(i, first + lane));
      for (const width of new Set(widths)) {
        if (steps > 0 && this.#lengths[i] > 0) this.#warp(i, steps, width);
        const row = new Float64Array(this.#kernel.memory.buffer, this.#row, steps * LANES);
        for (let lane = 0; lane < lanes; lane++)
          if (widths[lane] === width) result[i * LANES + lane] = this.#read(row, i, first + lane, lane);
      }
    }
    return result;
  }

  #fill(): void {
    const buffer = this.#kernel.memory.buffer as ArrayBuffer;
    for (const [i, sequence] of this.#problem.sequences.entries()) {
      const Column = sequence instanceof Float64Array ? Float64Array : Int32Array;
      new Column(buffer, this.#starts[i], sequence.length).set(sequence);
    }
    if (this.#problem.kind === 'symbols')
      new Float64Array(buffer, this.#table, this.#problem.distances.length).set(this.#problem.distances);
  }

  #interleave(first: number, lanes: number): void {
    const { sequences } = this.#problem;
    const buffer = this.#kernel.memory.buffer as ArrayBuffer;
    for (let lane = 0; lane < lanes; lane++) {
      const sequence = sequences[first + lane];
      const Column = sequence instanceof Float64Array ? Float64Array : Int32Array;
      const block = new Column(buffer, this.#block);
      for (let k = 0; k < sequence.length; k++) block[k * LANES + lane] = sequence[k];
    }
  }

  /** An alignment of sequences of different lengths needs a band of at least the difference. */
  #width(i: number, j: number): number {
    const { band } = this.#problem;
    return band === undefined ? WIDE : Math.max(band, Math.abs(this.#lengths[i] - this.#lengths[j]));
  }

  #warp(i: number, steps: number, width: number): void {
    const [start, length] = [this.#starts[i], this.#lengths[i]];
    if (this.#problem.kind === 'vectors')
      this.#kernel.warp(start, length, this.#block, steps, this.#problem.dimension, width, this.#row);
    else
      this.#kernel.warpSymbols(start, length, this.#block, steps, this.#table, this.#problem.symbols, width, this.#row);
  }

  /** Two empty sequences are at 0, an empty one and another at Infinity. */
  #read(row: Float64Array, i: number, j: number, lane: number): number {
    const [n, m] = [this.#lengths[i], this.#lengths[j]];
    if (n === 0 || m === 0) return n === m ? 0 : Infinity;
    return row[(m - 1) * LANES + lane];
  }
}

/** Vectors of 16 bytes are loaded from there. */
const aligned = (address: number): number => Math.ceil(address / 16) * 16;
