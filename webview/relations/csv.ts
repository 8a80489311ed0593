import type { RelationsMessage } from '../protocol/relations.ts';
import { csv } from '../shared/csv.ts';
import { textFile, type SavedFile } from '../shared/export.ts';

/** Every relation in every window as a row, whatever is shown. */
export function relationsCsv({ windows }: RelationsMessage): SavedFile {
  const rows = windows.flatMap((window) =>
    window.relations.map(({ kind, from, to, strength, p, significant }) => [
      window.from,
      window.to,
      kind,
      from,
      to,
      strength,
      p,
      significant ? 'yes' : 'no',
    ]),
  );
  const titles = ['from s', 'to s', 'kind', 'agent', 'other agent', 'strength', 'p', 'significant'];
  return textFile('relations.csv', csv([titles, ...rows]));
}
