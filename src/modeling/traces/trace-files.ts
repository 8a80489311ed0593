/**
 * Recordings as text files, one transition a line, streamed in both directions and exact.
 *
 * JSON lines: {"type":"recording","format":1,...} and then its {"type":"transition",...} lines. CSV: a line
 * `# karma-traces {"format":1,...}` with what is known of the recording, a header with the names of the columns, rows.
 * In both, further recordings may follow in the same file. Numbers that JSON has no word for are "NaN", "Infinity",
 * "-Infinity".
 */
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { TraceError } from './errors.ts';
import { INDICATORS, stateNames, stateSize, type Transition } from './layout.ts';
import { TraceStore, type Recording, type RecordingInfo } from './trace-store.ts';

export type TraceFormat = 'csv' | 'jsonl';

export interface TransferOptions {
  readonly signal: AbortSignal;
  /** Transitions written, or bytes read, of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

const FORMAT = 1;
const CSV_MARK = '# karma-traces ';
const CHUNK = 1 << 16;

/** The format that a file name asks for. */
function traceFormatOf(file: string): TraceFormat {
  if (/\.csv$/i.test(file)) return 'csv';
  if (/\.(jsonl|ndjson)$/i.test(file)) return 'jsonl';
  throw new TraceError('badFile', `${file}: name the file *.csv or *.jsonl, so that its format is known.`);
}

/** Writes recordings to a file; it appears only when it is complete. */
export async function exportTraces(
  store: TraceStore,
  recordings: readonly number[],
  file: string,
  { signal, onProgress }: TransferOptions,
): Promise<void> {
  const format = traceFormatOf(file);
  const infos = recordings.map((id) => store.recording(id));
  const total = infos.reduce((sum, info) => sum + info.transitions, 0);
  const temporary = `${file}.partial`;
  const handle = await open(temporary, 'w').catch((error: unknown) => {
    throw new TraceError('unreadable', `${file}: cannot be written (${(error as Error).message}).`, { cause: error });
  });
  try {
    let text = '';
    let done = 0;
    for (const info of infos) {
      text += head(info, format);
      for (const transition of store.transitions(info.id)) {
        text += (format === 'csv' ? toCsv(transition) : toJson(transition)) + '\n';
        done++;
        if (text.length < CHUNK) continue;
        signal.throwIfAborted();
        await handle.write(text);
        text = '';
        onProgress?.(done, total);
      }
    }
    await handle.write(text);
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
    onProgress?.(total, total);
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Adds the recordings of a file to the store, all or none. Returns their numbers.
 * Throws TraceError with file, line and what to do.
 */
export async function importTraces(
  store: TraceStore,
  file: string,
  { signal, onProgress }: TransferOptions,
): Promise<number[]> {
  const format = traceFormatOf(file);
  const { size } = await stat(file).catch((error: unknown) => {
    throw new TraceError('unreadable', `${file}: cannot be read (${(error as Error).message}).`, { cause: error });
  });
  // A connection of its own: its transaction spans many turns of the event loop.
  using importing = new TraceStore(store.path);
  const reader = new Importer(importing, file, format);
  const stream = createReadStream(file, { encoding: 'utf8', signal, highWaterMark: CHUNK });
  importing.begin();
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
      reader.line(text);
      onProgress?.(stream.bytesRead, size);
    }
    signal.throwIfAborted();
    const ids = reader.end();
    importing.commit();
    return ids;
  } catch (error) {
    importing.rollback();
    throw error;
  } finally {
    stream.destroy();
  }
}

/** Takes a file line by line. */
class Importer {
  readonly #store: TraceStore;
  readonly #file: string;
  readonly #format: TraceFormat;
  readonly #ids: number[] = [];
  #line = 0;
  #info: RecordingInfo | undefined;
  #expected: number | undefined;
  #rows = 0;
  #lastStep = -1;
  #columns: string[] | undefined;

  constructor(store: TraceStore, file: string, format: TraceFormat) {
    this.#store = store;
    this.#file = file;
    this.#format = format;
  }

  line(raw: string): void {
    this.#line++;
    const text = this.#line === 1 ? raw.replace(/^\uFEFF/, '') : raw;
    if (text.trim() === '') return;
    if (this.#format === 'csv') this.#csvLine(text);
    else this.#jsonLine(text);
  }

  end(): number[] {
    this.#finish();
    if (this.#ids.length === 0) this.#fail('there is no recording in this file; check that it is the right one');
    return this.#ids;
  }

  #csvLine(text: string): void {
    if (text.startsWith('#')) {
      if (!text.startsWith(CSV_MARK)) this.#fail(`expected a line '${CSV_MARK}{...}' as karma-mas writes it`);
      this.#begin(this.#json(text.slice(CSV_MARK.length)));
      this.#columns = undefined;
      return;
    }
    if (!this.#info) this.#fail(`the file must begin with a line '${CSV_MARK}{...}'; export a recording to see one`);
    const cells = text.split(',');
    const names = csvColumns(this.#info.services);
    if (!this.#columns) {
      const wrong = names.findIndex((name, i) => cells[i] !== name);
      if (wrong >= 0 || cells.length !== names.length)
        this.#fail(
          wrong >= 0
            ? `column ${wrong + 1} is named '${cells[wrong] ?? ''}', expected '${names[wrong]}'; keep the columns and their order`
            : `${cells.length} columns, expected ${names.length}; remove the last ones`,
        );
      this.#columns = names;
      return;
    }
    if (cells.length !== names.length)
      this.#fail(`${cells.length} values, expected ${names.length}; the line may be cut off`);
    const numbers = cells.map((cell, i) => this.#number(cell.trim(), names[i]));
    const services = this.#info.services.length;
    this.#insert(splitRow(numbers, services), services);
  }

  #jsonLine(text: string): void {
    const value = this.#json(text);
    if (value.type === 'recording') return this.#begin(value);
    if (value.type !== 'transition') this.#fail(`"type" must be "recording" or "transition"`);
    if (!this.#info) this.#fail('a recording line must stand before its transitions');
    const size = stateSize(this.#info.services.length);
    const services = this.#info.services.length;
    const vector = (name: string, length: number): Float64Array => {
      const items = value[name];
      if (!Array.isArray(items) || items.length !== length) this.#fail(`"${name}" must be a list of ${length} numbers`);
      return Float64Array.from(items, (item: unknown) => this.#number(item, name));
    };
    const transition: Transition = {
      step: this.#number(value.step, 'step'),
      time: this.#number(value.time, 'time'),
      state: vector('state', size),
      desired: vector('desired', services),
      move: vector('move', services),
      arrivals: vector('arrivals', services),
      next: vector('next', size),
      indicators: vector('indicators', INDICATORS.length),
    };
    this.#insert(transition, services);
  }

  #begin(value: Readonly<Record<string, unknown>>): void {
    this.#finish();
    const text = (key: string): string => {
      const found = value[key];
      return typeof found === 'string' ? found : this.#fail(`"${key}" must be text`);
    };
    const number = (key: string): number => this.#number(value[key], key);
    if (value.format !== FORMAT)
      this.#fail(`format ${String(value.format)} is not known (this version reads ${FORMAT}); update karma-mas`);
    const services = value.services;
    if (!Array.isArray(services) || services.length === 0 || !services.every((name) => typeof name === 'string'))
      this.#fail('"services" must be a list of names');
    const interval = number('interval');
    if (!(interval > 0 && interval < Infinity)) this.#fail('"interval" must be a number of seconds above 0');
    const seed = value.seed ?? null;
    if (seed !== null && !Number.isSafeInteger(seed)) this.#fail('"seed" must be a whole number or null');
    this.#info = {
      cluster: text('cluster'),
      clusterHash: text('clusterHash'),
      source: text('source'),
      interval,
      started: number('started'),
      seed: seed as number | null,
      notes: text('notes'),
      services: services as string[],
    };
    this.#expected = value.transitions === undefined ? undefined : number('transitions');
    this.#rows = 0;
    this.#lastStep = -1;
    this.#ids.push(this.#store.create(this.#info));
  }

  #insert(transition: Transition, services: number): void {
    const { step } = transition;
    if (!Number.isSafeInteger(step) || step <= this.#lastStep)
      this.#fail(`step ${step} must be a whole number above that of the line before (${this.#lastStep})`);
    this.#lastStep = step;
    this.#rows++;
    this.#store.insert(this.#ids[this.#ids.length - 1], services, transition);
  }

  #finish(): void {
    if (this.#expected !== undefined && this.#expected !== this.#rows)
      this.#fail(
        `the recording has ${this.#rows} transitions, but says ${this.#expected}; the file is cut off or edited: export it again`,
      );
  }

  #json(text: string): Readonly<Record<string, unknown>> {
    try {
      const value: unknown = JSON.parse(text);
      if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch {
      // Falls through to the message.
    }
    return this.#fail('not a JSON object; the line may be cut off');
  }

  #number(value: unknown, name: string): number {
    if (typeof value === 'number') return value;
    if (typeof value === 'string' && /^(NaN|-?Infinity|[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)$/i.test(value))
      return Number(value);
    return this.#fail(`${name}: '${String(value)}' is not a number`);
  }

  #fail(message: string): never {
    throw new TraceError('badFile', `${this.#file}:${this.#line}: ${message}. Nothing was imported.`);
  }
}

function head(recording: Recording, format: TraceFormat): string {
  // Its number is the store's affair: it gets a new one where it is imported.
  const info = { format: FORMAT, ...recording, id: undefined };
  return format === 'csv'
    ? `${CSV_MARK}${JSON.stringify(info)}\n${csvColumns(recording.services).join(',')}\n`
    : `${JSON.stringify({ type: 'recording', ...info })}\n`;
}

/** The header of a CSV file. */
function csvColumns(services: readonly string[]): string[] {
  const states = stateNames(services);
  return [
    'step',
    'time',
    ...states,
    ...services.map((service) => `${service}.desired_after`),
    ...services.map((service) => `${service}.move`),
    ...services.map((service) => `${service}.arrivals`),
    ...states.map((name) => `next.${name}`),
    ...INDICATORS,
  ];
}

function toCsv(t: Transition): string {
  return [t.step, t.time, ...t.state, ...t.desired, ...t.move, ...t.arrivals, ...t.next, ...t.indicators].join(',');
}

function splitRow(numbers: readonly number[], services: number): Transition {
  let at = 2;
  const take = (length: number): Float64Array => Float64Array.from(numbers.slice(at, (at += length)));
  return {
    step: numbers[0],
    time: numbers[1],
    state: take(stateSize(services)),
    desired: take(services),
    move: take(services),
    arrivals: take(services),
    next: take(stateSize(services)),
    indicators: take(INDICATORS.length),
  };
}

function toJson(transition: Transition): string {
  return JSON.stringify({ type: 'transition', ...transition }, (_, value: unknown) =>
    value instanceof Float64Array ? Array.from(value, (x) => (Number.isFinite(x) ? x : String(x))) : value,
  );
}
