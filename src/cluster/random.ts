/**
 * Seeded randomness. `Random` is a generator with a state that can be saved (sfc32); `hashUniform` is counter-based:
 * the same key always gives the same number, so that two systems under the same seed meet the same luck.
 */

export class Random {
  /** The whole state: saved in checkpoints. */
  readonly state: Uint32Array;

  constructor(seed: number, stream = 0) {
    this.state = Uint32Array.of(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, stream >>> 0, 1);
    for (let i = 0; i < 16; i++) this.nextUint32();
  }

  static restore(state: Uint32Array): Random {
    const random = new Random(0);
    random.state.set(state);
    return random;
  }

  nextUint32(): number {
    const s = this.state;
    const t = (s[0] + s[1] + s[3]) >>> 0;
    s[3] = s[3] + 1;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + t;
    return t;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.nextUint32() / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer in [low, high]. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)];
  }

  /** Standard normal (Box-Muller, one value per call). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  shuffle(items: Int32Array): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      const t = items[i];
      items[i] = items[j];
      items[j] = t;
    }
  }
}

/** Uniform in [0, 1) from up to four integers (murmur3's finalizer over a mix of the keys). */
export function hashUniform(seed: number, a: number, b = 0, c = 0): number {
  let h = seed | 0;
  h = Math.imul(h ^ a, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h ^ b, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h ^ c, 0x27d4eb2f);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return (h >>> 0) / 2 ** 32;
}
