/** Recorded loads, `seconds,requests_per_second`, read once and shared by all episodes. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { FileProfile, Scenario } from '../../spec/model.ts';

export interface LoadRecord {
  /** Ascending, from the start of the record. */
  readonly seconds: Float64Array;
  readonly rates: Float64Array;
}

/** By path as written in the spec. */
export type LoadRecords = ReadonlyMap<string, LoadRecord>;

export class LoadRecordError extends Error {
  /** As written in the spec. */
  readonly path: string;
  /** One-based; 0 = the file as a whole. */
  readonly line: number;

  constructor(path: string, line: number, message: string, options?: ErrorOptions) {
    super(line > 0 ? `${path}:${line}: ${message}` : `${path}: ${message}`, options);
    this.name = 'LoadRecordError';
    this.path = path;
    this.line = line;
  }
}

/** Every file profile of the scenarios. */
function fileProfiles(scenarios: readonly Scenario[]): FileProfile[] {
  return scenarios
    .flatMap((scenario) => scenario.load.flatMap((load) => load.profiles))
    .filter((profile) => profile.type === 'file');
}

/** Reads every load file that the scenarios name. `folder`: where relative paths begin. Rejects with LoadRecordError. */
export async function loadRecords(folder: string, scenarios: readonly Scenario[]): Promise<LoadRecords> {
  const paths = new Set(fileProfiles(scenarios).map((profile) => profile.path));
  const records = new Map<string, LoadRecord>();
  for (const path of paths) {
    const text = await readFile(isAbsolute(path) ? path : join(folder, path), 'utf8').catch((error: unknown) => {
      throw new LoadRecordError(
        path,
        0,
        `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`,
        {
          cause: error,
        },
      );
    });
    records.set(path, parseLoadRecord(path, text));
  }
  return records;
}

/**
 * Parses a load record: a header `seconds,requests_per_second`, then one point a line, seconds ascending, rates not
 * negative. Empty lines and lines that begin with # are skipped. Throws LoadRecordError with the line.
 */
export function parseLoadRecord(path: string, text: string): LoadRecord {
  const seconds: number[] = [];
  const rates: number[] = [];
  let header = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index === 0 ? raw.replace(/^\uFEFF/, '').trim() : raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const fail = (message: string): never => {
      throw new LoadRecordError(path, index + 1, message);
    };
    const cells = line.split(',').map((cell) => cell.trim());
    if (!header) {
      if (cells[0] !== 'seconds' || cells[1] !== 'requests_per_second')
        fail('a load record begins with the line "seconds,requests_per_second".');
      header = true;
      continue;
    }
    if (cells.length !== 2) fail(`two numbers are expected, "seconds,requests_per_second", not ${cells.length} cells.`);
    const [second, rate] = cells.map((cell) => (cell === '' ? NaN : Number(cell)));
    if (!Number.isFinite(second)) fail(`"${cells[0]}" is not a number of seconds.`);
    if (!Number.isFinite(rate)) fail(`"${cells[1]}" is not a number of requests per second.`);
    if (rate < 0) fail(`a rate cannot be negative (${rate}).`);
    if (seconds.length > 0 && second <= seconds[seconds.length - 1])
      fail(`seconds must ascend: ${second} follows ${seconds[seconds.length - 1]}.`);
    seconds.push(second);
    rates.push(rate);
  }
  if (seconds.length < 2) throw new LoadRecordError(path, 0, 'holds less than two points.');
  return { seconds: Float64Array.from(seconds), rates: Float64Array.from(rates) };
}
