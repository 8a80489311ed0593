/**
 * The job protocol: every event that a journal can hold. Writers and readers both derive from this one map, so adding a
 * type cannot leave the two sides disagreeing.
 *
 * Wall time stands only in `t` and in `seconds`: without these two, the journals of two runs with one seed are equal.
 */
export interface EventMap {
  /** The first line. */
  started: { readonly kind: string; readonly seeds: readonly number[] };
  /** Work goes on from a checkpoint: what the journal tells after event `after` is about to be repeated, and no longer counts. */
  resumed: { readonly step: number; readonly after: number };
  /** A torn last line was cut off when the journal was opened; its bytes are kept in `file`. */
  repaired: { readonly bytes: number; readonly file: string };
  phase: {
    readonly phase: PhaseName;
    readonly state: 'started' | 'finished';
    readonly summary?: Json;
    readonly seconds?: number;
  };
  /** One training iteration, by the names in metric-names.ts. Not finite = null. */
  iteration: { readonly step: number; readonly metrics: Metrics; readonly seconds?: number };
  /** A system judged: tables and curves. */
  evaluation: {
    readonly step?: number;
    readonly system: string;
    readonly scenario?: string;
    readonly metrics: Metrics;
    readonly seconds?: number;
  };
  /** A file below artifacts/ is there, whole. `path` is relative to the run directory. */
  artifact: { readonly path: string; readonly sha256: string; readonly bytes: number };
  /** A transfer has run for so long that something is to be renewed: a person may start this job; nothing starts by itself. */
  offer: { readonly what: 'twin' | 'policies'; readonly job: 'fit' | 'train'; readonly why: string };
  note: { readonly level: 'info' | 'warning'; readonly message: string };
  stopRequested: { readonly by: 'file' | 'signal' };
  stopped: { readonly step: number };
  finished: { readonly summary: Json; readonly seconds: number };
  failed: { readonly message: string };
}

export type EventType = keyof EventMap;
export type PhaseName = 'collecting' | 'modeling' | 'training' | 'analyzing' | 'evaluating' | 'transferring';
export type Metrics = Readonly<Record<string, number | null>>;
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One line of a journal. `seq` counts from 1 without gaps; `t` is in milliseconds since the epoch. */
export type JournalEvent = {
  readonly [T in EventType]: { readonly seq: number; readonly t: number; readonly type: T } & EventMap[T];
}[EventType];

/** How a run went rather than what it found; a resumed run has more of these than a straight one. */
const LIFE_CYCLE: ReadonlySet<EventType> = new Set(['resumed', 'repaired', 'stopRequested', 'stopped', 'failed']);

/**
 * What counts in the journal of a run that may have been stopped or killed and resumed: events that were repeated after
 * a resume once, and none about stopping. Equal to those of a straight run but for seq, t and seconds.
 */
export function settledEvents(events: readonly JournalEvent[]): JournalEvent[] {
  const settled: JournalEvent[] = [];
  for (const event of events) {
    if (event.type === 'resumed')
      while (settled.length > 0 && settled[settled.length - 1].seq > event.after) settled.pop();
    if (!LIFE_CYCLE.has(event.type)) settled.push(event);
  }
  return settled;
}

/** A journal line without its wall times, to compare two runs byte by byte. Throws on what is not a JSON object. */
export function withoutTimes(line: string): string {
  const event = JSON.parse(line) as Record<string, unknown>;
  delete event.t;
  delete event.seconds;
  return JSON.stringify(event);
}
