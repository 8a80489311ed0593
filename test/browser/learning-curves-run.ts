import { thisProcess } from '../../src/jobs/this-process.ts';
import { createRun, openRun, runsFolder, seedDirectory, type RunWriter } from '../../src/runs/run-directory.ts';

/** A training of three seeds whose journals a test writes, so that it knows what the curves have to show. */
export class WrittenRun {
  readonly directory: string;
  readonly #run: RunWriter;
  readonly #seeds: readonly RunWriter[];
  #step = 0;

  constructor(folder: string) {
    this.directory = createRun(runsFolder(folder), {
      kind: 'train',
      name: 'written',
      createdAt: Date.now(),
      folder,
      specs: [],
      options: {},
      seeds: [1, 2, 3],
      versions: {},
      machine: { cpu: 'test', cores: 1, memory: 1 },
    });
    // Its lease says that somebody works on it.
    this.#run = openRun(this.directory, thisProcess());
    this.#run.begin('train', [1, 2, 3]);
    this.#seeds = [1, 2, 3].map((seed) => openRun(seedDirectory(this.directory, seed), thisProcess()));
    this.#seeds.forEach((seed, i) => seed.begin('train', [i + 1]));
    for (const seed of this.#seeds)
      seed.journal.append('evaluation', { step: 0, system: 'hpa', metrics: { objective: 0.85 } });
  }

  /** Of the last iteration. */
  get step(): number {
    return this.#step;
  }

  /** Adds iterations of 1 000 steps. */
  iterate(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#step += 1000;
      for (const [s, seed] of this.#seeds.entries())
        seed.journal.append('iteration', { step: this.#step, metrics: this.#metrics(s) });
      if (this.#step % 10_000 === 0)
        for (const seed of this.#seeds)
          seed.journal.append('evaluation', { step: this.#step, system: 'karma', metrics: { objective: 0.86 } });
    }
  }

  close(): void {
    for (const writer of [this.#run, ...this.#seeds]) writer.close();
  }

  #metrics(seed: number): Record<string, number> {
    const learned = 1 - Math.exp(-this.#step / 50_000);
    const noise = Math.sin(this.#step / 700 + seed) / 100;
    return {
      'cluster/objective': 0.8 + 0.06 * learned + noise,
      'cluster/hpa_objective': 0.85 + noise / 2,
      'charts/episodic_return': 0.8 + 0.06 * learned + noise,
      'cluster/success': 0.95 + 0.03 * learned + noise,
      'cluster/latency': 0.6 - 0.3 * learned + noise,
      'cluster/pending': 90 - 40 * learned + 100 * noise,
      'guides/compliance': 1,
      'losses/entropy': 1.2 - learned + noise,
      'losses/approx_kl': 0.002 + noise / 20,
      'losses/clipfrac': 0.05 + noise,
      'losses/value_loss': 50 - 40 * learned + 100 * noise,
      'charts/converged': Number(this.#step >= 60_000),
    };
  }
}
