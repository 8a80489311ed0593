import type { JournalEvent } from './events.ts';
import { withNamesOfNow } from './metric-names.ts';

/** The events in bytes that end with a line feed (or are empty). `firstLine` numbers the lines in messages, from 1. */
export function parseLines(
  bytes: Buffer,
  path: string,
  firstLine: number,
): { events: JournalEvent[]; problems: string[]; lines: number } {
  const events: JournalEvent[] = [];
  const problems: string[] = [];
  let lines = 0;
  for (let start = 0; start < bytes.length; lines++) {
    const end = bytes.indexOf(10, start);
    const event = parseOne(bytes.subarray(start, end));
    if (event) events.push(event);
    else if (end > start)
      problems.push(`${path}:${firstLine + lines}: this line is no journal event; it does not count.`);
    start = end + 1;
  }
  return { events, problems, lines };
}

/** The event in the bytes of one line, or undefined where they are none. A part of a line is never one. */
export function parseOne(bytes: Buffer): JournalEvent | undefined {
  try {
    const value = JSON.parse(bytes.toString('utf8')) as Partial<JournalEvent> | null;
    if (typeof value !== 'object' || value === null) return undefined;
    const isEvent = Number.isSafeInteger(value.seq) && typeof value.t === 'number' && typeof value.type === 'string';
    if (!isEvent) return undefined;
    const event = value as JournalEvent;
    return event.type === 'iteration' ? { ...event, metrics: withNamesOfNow(event.metrics) } : event;
  } catch {
    return undefined;
  }
}
