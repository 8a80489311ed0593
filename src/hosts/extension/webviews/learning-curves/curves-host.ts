import type { Query, RunInfo, SeedInfo } from '../../../../../webview/protocol/learning-curves.ts';
import type { RunEntry } from '../../runs/run-entry.ts';
import type { Send, ViewConnection } from '../channel.ts';
import { curvesOf } from './curves.ts';
import { RunJournals } from './run-journals.ts';
import type { SeedColumns } from './seed-columns.ts';
import { SentCurves } from './sent-curves.ts';
import { tableFile } from './table-file.ts';

type View = 'learning-curves';

export interface CurvesSource {
  readonly runs: readonly RunEntry[];
  get(directory: string): RunEntry | undefined;
}

export interface CurvesActions {
  save(name: string, text: string): void;
  start(command: 'karma-mas.train' | 'karma-mas.createSample'): void;
}

/** Lets others work; called between parts of a long look. */
export type Pause = () => Promise<void>;

/**
 * The host's side of Learning Curves: reads the journals of the runs that the view asks for and sends their curves, then what
 * is new. Data is made when its turn to be sent comes, from what is known by then.
 */
export class CurvesHost implements ViewConnection<View> {
  readonly #source: CurvesSource;
  readonly #send: Send<View>;
  readonly #actions: CurvesActions;
  readonly #pause: Pause;
  #selected: readonly string[] | null;
  #query: Query | undefined;
  #journals = new Map<string, RunJournals>();
  /** `<run> <metric>` -> what the view has of it. */
  #sent = new Map<string, SentCurves>();
  #reading: Promise<void> | undefined;
  #again = false;

  readonly handlers: ViewConnection<View>['handlers'];

  /** `selected`: directories of the runs to show at first; null = as the view remembers. */
  constructor(
    source: CurvesSource,
    send: Send<View>,
    actions: CurvesActions,
    pause: Pause,
    selected: readonly string[] | null,
  ) {
    this.#source = source;
    this.#send = send;
    this.#actions = actions;
    this.#pause = pause;
    this.#selected = selected;
    this.handlers = {
      query: (query) => this.#answer(query),
      saveTable: ({ metrics }) => this.#saveTable(metrics),
      start: ({ command }) => actions.start(command),
    };
  }

  snapshot(): void {
    this.#query = undefined;
    this.#sendRuns();
  }

  /** Shows these runs instead. */
  show(runs: readonly string[]): void {
    this.#selected = runs;
    this.#sendRuns();
  }

  /** The runs are others, or have new events. */
  async refresh(): Promise<void> {
    this.#sendRuns();
    await this.#read();
  }

  dispose(): void {
    this.#query = undefined;
  }

  #answer(query: Query): void {
    this.#query = query;
    // What was opened is shown by now: from here on the view says what it shows.
    this.#selected = null;
    this.#sent = new Map();
    this.#sendCurves(query.runs);
    void this.#read();
  }

  /** One look at a time; what comes during one is seen by the next. */
  async #read(): Promise<void> {
    this.#again = true;
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const shown = this.#query?.runs ?? [];
      const kept = [...this.#journals].filter(([run]) => shown.includes(run));
      this.#journals = new Map(kept);
      for (const run of shown) {
        const seeds = this.#source.get(run)?.seeds ?? [];
        let journals = this.#journals.get(run);
        // The seeds of a run that is being made become known later.
        if (!journals || journals.seeds.size !== seeds.length) {
          journals = new RunJournals(run, seeds);
          this.#journals.set(run, journals);
        }
        if (await journals.read(this.#pause)) this.#sendCurves([run]);
      }
      this.#sendRuns();
      this.#sendAnswered();
    }
  }

  #sendRuns(): void {
    this.#send('runs', () => ({
      runs: this.#source.runs.filter(isOffered).map((entry) => describe(entry, this.#journals.get(entry.directory))),
      selected: this.#selected,
    }));
  }

  #sendCurves(runs: readonly string[]): void {
    for (const metric of this.#query?.metrics ?? [])
      for (const run of runs) this.#send('curves', () => this.#curves(run, metric), `curves ${run} ${metric}`);
  }

  #curves(run: string, metric: string) {
    const query = this.#query;
    const journals = this.#journals.get(run);
    if (!query?.runs.includes(run) || !query.metrics.includes(metric) || !journals) return undefined;
    const shown = [...journals.seeds].filter(([seed]) => !query.hidden.includes(`${run}#${seed}`));
    const key = `${run} ${metric}`;
    const sent = this.#sent.get(key) ?? new SentCurves();
    this.#sent.set(key, sent);
    const curves = sent.update(curvesOf(new Map(shown), metric, query));
    return curves.length > 0 ? { query: query.query, run, metric, curves } : undefined;
  }

  #sendAnswered(): void {
    const query = this.#query;
    if (!query) return;
    this.#send(
      'answered',
      () => {
        if (query !== this.#query) return undefined;
        const seeds = query.runs.flatMap((run) => [...(this.#journals.get(run)?.seeds.values() ?? [])]);
        return { query: query.query, at: Math.max(0, ...seeds.map(({ lastAt }) => lastAt)) };
      },
      `answered ${query.query}`,
    );
  }

  #saveTable(metrics: readonly string[]): void {
    const query = this.#query;
    if (!query) return;
    const runs = query.runs.flatMap((run) => {
      const journals = this.#journals.get(run);
      if (!journals) return [];
      const seeds = [...journals.seeds].filter(([seed]) => !query.hidden.includes(`${run}#${seed}`));
      return [{ name: this.#source.get(run)?.id ?? run, seeds: new Map(seeds) }];
    });
    const name = metrics.length === 1 ? metrics[0].replace('/', '-') : 'learning-curves';
    this.#actions.save(`${name}.csv`, tableFile(runs, metrics));
  }
}

/** Runs that train, and those of which nothing can be said. */
function isOffered({ kind }: RunEntry): boolean {
  return kind === 'train' || kind === 'run' || kind === '';
}

function describe(entry: RunEntry, journals: RunJournals | undefined): RunInfo {
  const seeds = entry.seeds.map((seed) => describeSeed(seed, journals?.seeds.get(seed), entry.state));
  const hpa = journals && [...journals.seeds.values()].find((columns) => columns.hpa !== undefined)?.hpa;
  const message = journals?.problem ?? entry.message;
  return {
    id: entry.directory,
    name: entry.id,
    training: entry.name,
    kind: entry.kind,
    state: entry.state,
    createdAt: entry.createdAt,
    updatedAt: entry.updatedAt,
    ...(message === undefined ? {} : { message }),
    ...(hpa === undefined ? {} : { hpa }),
    seeds,
  };
}

function describeSeed(seed: number, columns: SeedColumns | undefined, run: RunEntry['state']): SeedInfo {
  const state = columns?.state ?? 'waiting';
  const convergedAt = columns?.convergedAt;
  return {
    seed,
    // The journal of a seed whose process was killed still says that it runs.
    state: state === 'running' && run !== 'running' ? 'stopped' : state,
    step: columns?.step ?? 0,
    ...(convergedAt ? { convergedAt } : {}),
  };
}
