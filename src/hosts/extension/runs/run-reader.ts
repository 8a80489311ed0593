/** Rebuilds one run from its directory and keeps up with it: each look reads only what is new. Knows nothing of VS Code. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Json, JournalEvent } from '../../../runs/events.ts';
import { JournalReader } from '../../../runs/follow-journal.ts';
import { describeIoError } from '../../../runs/io-error.ts';
import { isJobKind } from '../../../runs/job-kinds.ts';
import { readLease } from '../../../runs/lease.ts';
import { ANALYSIS_FILE, POLICIES_FOLDER, REPORT_FILE, TWIN_REPORT_FILE } from '../../../runs/artifacts.ts';
import { manifestPath, readManifest, type Manifest } from '../../../runs/manifest.ts';
import { readProgress } from '../../../runs/progress-file.ts';
import { journalPath, seedDirectory } from '../../../runs/run-directory.ts';
import { isMilestone, stateOf, type Milestone } from '../../../runs/run-list.ts';
import { isStopRequested } from '../../../runs/stop.ts';
import type { RunEntry, RunEntryState, RunOffer, RunResult } from './run-entry.ts';

/** Bytes of a journal read at once: some milliseconds of work. */
const CHUNK = 256 * 1024;
/** A folder without a manifest is being made for so long (ms); after that it is no run. */
const MAKING = 10_000;

export class RunReader {
  readonly directory: string;
  readonly #project: string;
  readonly #now: () => number;
  #manifest: Manifest | undefined;
  /** Modification time and size of the manifest that was read. */
  #manifestStamp = '';
  /** Why it cannot be read, where it cannot. */
  #unread: { readonly state: RunEntryState; readonly message: string } | undefined;
  #journal: EventLog;
  #seeds: readonly EventLog[] = [];
  #entry: RunEntry;
  #text = '';

  constructor(directory: string, project: string, now: () => number) {
    this.directory = directory;
    this.#project = project;
    this.#now = now;
    this.#journal = new EventLog(journalPath(directory));
    this.#entry = this.#build();
  }

  get entry(): RunEntry {
    return this.#entry;
  }

  /** Reads what is new. Resolves with whether the entry is another one now. `pause` lets others work in between. Never rejects. */
  async poll(pause: () => Promise<void>): Promise<boolean> {
    try {
      this.#readManifest();
      if (!this.#unread) await this.#readJournals(pause);
    } catch (error) {
      this.#unread = { state: 'unreadable', message: describeIoError(error, this.directory) };
      this.#manifestStamp = '';
    }
    const entry = this.#build();
    const text = JSON.stringify(entry);
    if (text === this.#text) return false;
    this.#entry = entry;
    this.#text = text;
    return true;
  }

  #readManifest(): void {
    const path = manifestPath(this.directory);
    const status = statSync(path, { throwIfNoEntry: false });
    const stamp = status ? `${status.mtimeMs} ${status.size} ${status.ino}` : '';
    if (!status) this.#unread = this.#withoutManifest();
    else if (stamp !== this.#manifestStamp) {
      this.#manifest = readManifest(this.directory);
      this.#unread = refusal(this.#manifest, this.directory);
      const { seeds } = this.#manifest;
      if (!this.#unread && this.#seeds.length !== seeds.length)
        this.#seeds = seeds.map((seed) => new EventLog(journalPath(seedDirectory(this.directory, seed))));
    }
    this.#manifestStamp = stamp;
  }

  #withoutManifest(): { state: RunEntryState; message: string } {
    const status = statSync(this.directory, { throwIfNoEntry: false });
    const isNew = status !== undefined && this.#now() - status.mtimeMs < MAKING;
    return isNew
      ? { state: 'incomplete', message: '' }
      : {
          state: 'unreadable',
          message: `${this.directory} has no manifest.json: it is no run, or was not copied whole.`,
        };
  }

  async #readJournals(pause: () => Promise<void>): Promise<void> {
    await this.#journal.poll(pause);
    // The summary of a finished run says what its seeds found.
    if (this.#journal.finished && seedResults(this.#journal.finished)) return;
    for (const seed of this.#seeds) await seed.poll(pause);
  }

  #build(): RunEntry {
    const manifest = this.#manifest;
    const journal = this.#journal;
    const base = {
      directory: this.directory,
      project: this.#project,
      id: basename(this.directory),
      stopping: false,
      step: 0,
      problems: [],
      seeds: [],
      results: [],
    };
    if (this.#unread || !manifest) {
      const { state, message } = this.#unread ?? { state: 'incomplete', message: '' };
      const createdAt = manifest?.createdAt ?? timeOf(this.directory);
      return {
        ...base,
        state,
        kind: text(manifest?.kind),
        name: text(manifest?.name),
        createdAt,
        updatedAt: createdAt,
        message,
      };
    }
    const ended = journal.milestone !== undefined && !['started', 'resumed'].includes(journal.milestone.type);
    const lease = ended ? undefined : readLease(this.directory, this.#now);
    const alive = lease !== undefined && !lease.stale;
    const state = stateOf(journal.milestone, alive);
    const progress = state === 'running' ? readProgress(this.directory) : undefined;
    const found = seedResults(journal.finished);
    const best = found?.best ?? highest(this.#seeds.map((seed) => seed.best('karma')));
    const hpa = found?.hpa ?? highest(this.#seeds.map((seed) => seed.best('hpa')));
    const end = journal.milestone;
    return {
      ...base,
      state,
      kind: manifest.kind,
      name: manifest.name,
      ...refinesOf(manifest),
      createdAt: manifest.createdAt,
      updatedAt: Math.max(journal.updatedAt, ...this.#seeds.map((seed) => seed.updatedAt), 0) || manifest.createdAt,
      step: Math.max(0, ...this.#seeds.map((seed) => seed.step)),
      ...(progress ? { progress } : {}),
      ...(journal.phase ? { phase: journal.phase } : {}),
      stopping: state === 'running' && (journal.stopRequested || isStopRequested(this.directory)),
      ...(best === undefined ? {} : { bestObjective: best }),
      ...(hpa === undefined ? {} : { hpaObjective: hpa }),
      ...(manifest.backend ? { backend: manifest.backend } : {}),
      ...(manifest.device ? { device: manifest.device } : {}),
      ...(alive && lease ? { holder: { pid: lease.pid, host: lease.host } } : {}),
      ...(end?.type === 'failed' ? { message: end.message } : {}),
      ...(end?.type === 'finished' ? { summary: end.summary } : {}),
      ...(journal.offers.size > 0 ? { offers: [...journal.offers.values()] } : {}),
      problems: [...journal.problems, ...this.#seeds.flatMap((seed) => seed.problems)],
      seeds: manifest.seeds,
      results: this.#results(manifest.kind),
    };
  }

  #results(kind: string): RunResult[] {
    const { artifacts } = this.#journal;
    const results: RunResult[] = [];
    if (this.#seeds.some((seed) => seed.step > 0) || (this.#journal.finished && seedResults(this.#journal.finished)))
      results.push('curves');
    if (artifacts.has(`artifacts/${TWIN_REPORT_FILE}`)) results.push('twin');
    if ([...artifacts].some((path) => path.startsWith(`artifacts/${POLICIES_FOLDER}/`))) results.push('policies');
    if (artifacts.has(`artifacts/${ANALYSIS_FILE}`)) results.push('analysis');
    if (kind === 'run' && this.#journal.finished && existsSync(join(this.directory, REPORT_FILE)))
      results.push('report');
    return results;
  }
}

function refinesOf({ options }: Manifest): { readonly refines?: string } {
  return typeof options.refines === 'string' && options.refines !== '' ? { refines: options.refines } : {};
}

/** What is kept of the events of one journal. */
class EventLog {
  readonly #reader: JournalReader;
  milestone: Milestone | undefined;
  updatedAt = 0;
  step = 0;
  phase = '';
  stopRequested = false;
  readonly artifacts = new Set<string>();
  /** By what they offer. */
  readonly offers = new Map<RunOffer['what'], RunOffer>();
  problems: readonly string[] = [];
  #judgments: { readonly seq: number; readonly system: string; readonly objective: number }[] = [];

  constructor(path: string) {
    this.#reader = new JournalReader(path);
  }

  /** The summary of a run that has ended well. */
  get finished(): Json | undefined {
    return this.milestone?.type === 'finished' ? this.milestone.summary : undefined;
  }

  /** The highest J of a system. */
  best(system: string): number | undefined {
    return highest(this.#judgments.filter((judgment) => judgment.system === system).map(({ objective }) => objective));
  }

  async poll(pause: () => Promise<void>): Promise<void> {
    for (let more = true; more;) {
      const read = this.#reader.read(CHUNK);
      for (const event of read.events) this.#take(event);
      if (read.problems.length > 0) this.problems = [...this.problems, ...read.problems].slice(0, 20);
      more = read.more;
      if (more) await pause();
    }
  }

  #take(event: JournalEvent): void {
    this.updatedAt = event.t;
    if (isMilestone(event)) {
      this.milestone = event;
      this.stopRequested = false;
    }
    switch (event.type) {
      case 'resumed':
        // What came after the checkpoint is about to be repeated.
        this.step = event.step;
        this.#judgments = this.#judgments.filter(({ seq }) => seq <= event.after);
        break;
      case 'iteration':
        this.step = event.step;
        break;
      case 'evaluation': {
        const { objective } = event.metrics;
        if (typeof objective === 'number') this.#judgments.push({ seq: event.seq, system: event.system, objective });
        break;
      }
      case 'phase':
        this.phase = event.phase;
        break;
      case 'artifact':
        this.artifacts.add(event.path);
        break;
      case 'offer': {
        const { what, job, why, t } = event;
        this.offers.set(what, { what, job, why, t });
        break;
      }
      case 'stopRequested':
        this.stopRequested = true;
        break;
      default:
        break;
    }
  }
}

/** Why this version does not read a run. */
function refusal(manifest: Manifest, directory: string): { state: RunEntryState; message: string } | undefined {
  const { version, kind, seeds, createdAt } = manifest as Partial<Manifest>;
  const by = text(manifest.versions?.['karma-mas']);
  const made = by === '' ? 'another version of KARMA MAS' : `KARMA MAS ${by}`;
  if (version !== 1 || typeof kind !== 'string' || !isJobKind(kind))
    return {
      state: 'other-version',
      message: `${made} made this run, and this version does not read it: open it with that one.`,
    };
  if (!Array.isArray(seeds) || typeof createdAt !== 'number')
    return {
      state: 'unreadable',
      message: `${manifestPath(directory)} lacks what a run needs: it is damaged.`,
    };
  return undefined;
}

/** The best J of a training, from the summary of its run or of a run of all phases. */
function seedResults(summary: Json | undefined): { best: number; hpa: number } | undefined {
  const training = member(summary, 'training') ?? summary;
  const seeds = member(training, 'seeds');
  if (typeof seeds !== 'object' || seeds === null) return undefined;
  const of = (name: string) => Object.values(seeds).map((seed) => member(seed as Json, name));
  const numbers = (name: string) => highest(of(name).map((value) => (typeof value === 'number' ? value : undefined)));
  const best = numbers('objective');
  const hpa = numbers('hpaObjective');
  return best === undefined || hpa === undefined ? undefined : { best, hpa };
}

function member(json: Json | undefined, name: string): Json | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || !Object.hasOwn(json, name)) return undefined;
  return (json as { readonly [key: string]: Json })[name];
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

function timeOf(directory: string): number {
  return statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
