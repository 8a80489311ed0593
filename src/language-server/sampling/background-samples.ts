/** Sampled states of clusters, drawn in the background when they are first asked for. */
import { createHash } from 'node:crypto';
import type { SampledStates } from '../../language/diagnostics/diagnose.ts';
import type { Cluster } from '../../spec/model.ts';
import { StateSampler } from './sample-states.ts';

const STATES = 10_000;
const SEED = 1;
/** Clusters whose states are kept: those of the folders that are open, as they are now. */
const MOST_KEPT = 4;

export class BackgroundSamples {
  readonly #onReady: () => void;
  readonly #kept = new Map<string, SampledStates | undefined>();
  #disposed = false;

  /** `onReady` is called when states have been drawn that were asked for before. */
  constructor(onReady: () => void) {
    this.#onReady = onReady;
  }

  /** The states of a cluster; undefined until they are drawn. Where it was written does not matter, only what it says. */
  readonly of = (cluster: Cluster): SampledStates | undefined => {
    const key = createHash('sha256')
      .update(JSON.stringify({ ...cluster, origin: undefined }))
      .digest('hex');
    if (this.#kept.has(key)) return this.#kept.get(key);
    for (const old of this.#kept.keys()) if (this.#kept.size >= MOST_KEPT) this.#kept.delete(old);
    this.#kept.set(key, undefined);
    this.#draw(key, cluster);
    return undefined;
  };

  dispose(): void {
    this.#disposed = true;
    this.#kept.clear();
  }

  /** A moment at a time, so that requests are answered between. */
  #draw(key: string, cluster: Cluster): void {
    let sampler: StateSampler | undefined;
    const step = (): void => {
      if (this.#disposed || !this.#kept.has(key)) return;
      try {
        sampler ??= new StateSampler(cluster, STATES, SEED);
        sampler.step();
      } catch {
        // A cluster with errors, such as calls in a circle, has no states.
        this.#kept.set(key, { states: 0, moments: [] });
        return;
      }
      if (!sampler.done) setTimeout(step, 2).unref();
      else {
        this.#kept.set(key, sampler.states());
        this.#onReady();
      }
    };
    setTimeout(step, 0).unref();
  }
}
