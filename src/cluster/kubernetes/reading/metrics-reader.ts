/** Runs the queries of a plan. For each field and Deployment it reads the value and the age of the samples behind it. */
import { ClusterError } from '../../live/live-cluster.ts';
import type { Prometheus, Sample } from './prometheus.ts';
import type { PlannedQuery, PlannedSource, QueriedField, QueryPlan } from './query-plan.ts';

export interface FieldReading {
  readonly field: QueriedField;
  /** The query as it was sent. */
  readonly query: string;
  /** Values by Deployment; NaN if Prometheus returns NaN. */
  readonly values: ReadonlyMap<string, number>;
  /** Ages in seconds by Deployment; the entry '' applies to all others. */
  readonly ages: ReadonlyMap<string, number>;
  /** Why there are no values; empty if there are some. */
  readonly problem: string;
}

/** A rate covers this many samples, as Prometheus advises, and between SHORTEST_WINDOW and LONGEST_WINDOW seconds. */
const SAMPLES_PER_WINDOW = 4;
const SHORTEST_WINDOW = 15;
const LONGEST_WINDOW = 300;
/** Seconds, used if the sampling interval is unknown. */
const USUAL_WINDOW = 60;
/** Seconds. Samples are counted over this period, and counted again after as long. */
const COUNTED = 120;

/** Facts about the samples of a source. `lost` says why Prometheus does not answer at all; empty if it does. */
interface SourceReading {
  readonly window: number;
  readonly ages: ReadonlyMap<string, number>;
  readonly lost: string;
}

export class MetricsReader {
  readonly plan: QueryPlan;
  readonly #prometheus: Prometheus;
  readonly #windows = new Map<string, { readonly seconds: number; readonly asked: number }>();

  constructor(prometheus: Prometheus, plan: QueryPlan) {
    this.#prometheus = prometheus;
    this.plan = plan;
  }

  /** Reads all fields. Rejects only if `signal` aborts; anything that cannot be read becomes the problem of its field. */
  async read(signal: AbortSignal): Promise<FieldReading[]> {
    const sources = new Map(
      await Promise.all(
        this.plan.sources.map(async (source) => [source.name, await this.#readSource(source, signal)] as const),
      ),
    );
    // Wait for a Prometheus that does not answer once, not again for every query.
    const lost = [...sources.values()].find((source) => source.lost !== '')?.lost;
    if (lost !== undefined)
      return this.plan.queries.map(({ field, query }) => ({
        field,
        query,
        values: new Map(),
        ages: new Map(),
        problem: lost,
      }));
    return Promise.all(
      this.plan.queries.map(async (planned): Promise<FieldReading> => {
        const read = planned.sources.flatMap((name) => sources.get(name) ?? []);
        const window = Math.max(
          ...read.map((source) => source.window),
          planned.sources.length === 0 ? USUAL_WINDOW : 0,
        );
        const query = planned.query.replaceAll('$window', `${window}s`);
        const { samples, problem } = await this.#ask(query, signal);
        return { field: planned.field, query, ...valuesOf(planned, samples, problem), ages: oldest(read) };
      }),
    );
  }

  async #readSource(source: PlannedSource, signal: AbortSignal): Promise<SourceReading> {
    const { samples, problem, isLost } =
      source.newest === undefined
        ? { samples: [], problem: '', isLost: false }
        : await this.#ask(source.newest, signal);
    const ages = new Map(
      samples.map(({ labels, value, time }) => [
        labels.deployment ?? '',
        // A timestamp in the future comes from another clock. The sample counts as new.
        Number.isFinite(value) ? Math.max(0, time - value) : Infinity,
      ]),
    );
    const window = await this.#window(source, samples[0]?.time ?? NaN, signal);
    return { window, ages, lost: isLost ? problem : '' };
  }

  async #window({ name, count }: PlannedSource, now: number, signal: AbortSignal): Promise<number> {
    const known = this.#windows.get(name);
    if (known && !(now - known.asked > COUNTED)) return known.seconds;
    if (count === undefined || Number.isNaN(now)) return known?.seconds ?? USUAL_WINDOW;
    const { samples } = await this.#ask(count, signal);
    const counted = samples[0]?.value ?? 0;
    if (!(counted >= 2)) return known?.seconds ?? USUAL_WINDOW;
    const wanted = Math.ceil((SAMPLES_PER_WINDOW * COUNTED) / counted);
    const seconds = Math.min(LONGEST_WINDOW, Math.max(SHORTEST_WINDOW, wanted));
    this.#windows.set(name, { seconds, asked: now });
    return seconds;
  }

  async #ask(query: string, signal: AbortSignal): Promise<{ samples: Sample[]; problem: string; isLost: boolean }> {
    try {
      return { samples: await this.#prometheus.query(query, signal), problem: '', isLost: false };
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason === 'aborted') throw error;
      const isLost = error.reason === 'unreachable' || error.reason === 'timeout';
      return { samples: [], problem: error.message, isLost };
    }
  }
}

function valuesOf(
  { own }: PlannedQuery,
  samples: readonly Sample[],
  problem: string,
): Pick<FieldReading, 'values' | 'problem'> {
  const values = new Map<string, number>();
  let repeated = '';
  for (const { labels, value } of samples) {
    if (labels.deployment === undefined) continue;
    if (values.has(labels.deployment)) repeated = labels.deployment;
    values.set(labels.deployment, value);
  }
  if (repeated !== '')
    return { values: new Map(), problem: `It gives ${repeated} more than one value: aggregate by (deployment).` };
  if (problem === '' && own && samples.length > 0 && values.size === 0)
    return {
      values,
      problem: 'Its values have no label deployment: aggregate by (deployment), or add one by label_replace.',
    };
  return { values, problem };
}

/** The oldest source determines the age of a value. A Deployment that one of the sources lacks gets Infinity. */
function oldest(read: readonly { readonly ages: ReadonlyMap<string, number> }[]): Map<string, number> {
  // A value that uses no samples is as new as its evaluation.
  if (read.length === 0) return new Map([['', 0]]);
  const names = new Set(read.flatMap(({ ages }) => [...ages.keys()]));
  return new Map(
    [...names].map((name) => [name, Math.max(...read.map(({ ages }) => ages.get(name) ?? ages.get('') ?? Infinity))]),
  );
}

/** Returns the age of a Deployment's value in seconds, or Infinity if it is unknown. */
export const ageOf = ({ ages, values }: FieldReading, deployment: string): number =>
  Number.isFinite(values.get(deployment)) ? (ages.get(deployment) ?? ages.get('') ?? Infinity) : Infinity;
