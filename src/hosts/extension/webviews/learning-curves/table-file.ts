import type { SeedColumns } from './seed-columns.ts';

export interface RunTable {
  readonly name: string;
  readonly seeds: ReadonlyMap<number, SeedColumns>;
}

/** All values of some metrics as CSV (RFC 4180): a line for each run, seed and step; an empty field where there is no value. */
export function tableFile(runs: readonly RunTable[], metrics: readonly string[]): string {
  const lines = runs.flatMap(({ name, seeds }) =>
    [...seeds].flatMap(([seed, columns]) => {
      const rows = new Map<number, { readonly seconds: number; readonly values: (number | undefined)[] }>();
      for (const [m, metric] of metrics.entries()) {
        const column = columns.column(metric);
        column?.step.forEach((step, i) => {
          const row = rows.get(step) ?? { seconds: column.seconds[i], values: metrics.map(() => undefined) };
          row.values[m] = column.value[i];
          rows.set(step, row);
        });
      }
      const ascending = [...rows].sort(([a], [b]) => a - b);
      return ascending.map(([step, { seconds, values }]) => [name, seed, step, seconds, ...values]);
    }),
  );
  const text = [['run', 'seed', 'step', 'seconds', ...metrics], ...lines].map((fields) => fields.map(field).join());
  return `${text.join('\r\n')}\r\n`;
}

function field(value: string | number | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
