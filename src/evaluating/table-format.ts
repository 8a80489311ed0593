/**
 * A table of texts, written for reading: Markdown, plain text, CSV. The first column is aligned left, the others right.
 */

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences under the table. */
  readonly notes: readonly string[];
}

export function toMarkdown(table: Table): string {
  const escape = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const cells = [table.columns, ...table.rows].map((row) => row.map(escape));
  const widths = columnWidths(cells);
  const line = (row: readonly string[]): string => `| ${align(row, widths).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(Math.max(1, width - 1))}:`));
  return [
    `**${table.title}**`,
    '',
    line(cells[0]),
    `| ${rule.join(' | ')} |`,
    ...cells.slice(1).map(line),
    ...table.notes.flatMap((note) => ['', note]),
    '',
  ].join('\n');
}

export function toText(table: Table): string {
  const cells = [table.columns, ...table.rows];
  const widths = columnWidths(cells);
  const lines = cells.map((row) => align(row, widths).join('  ').trimEnd());
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [table.title, lines[0], rule, ...lines.slice(1), ...table.notes, ''].join('\n');
}

/** By RFC 4180: comma, CRLF, quotes doubled inside quotes. Without title and notes. */
export function toCsv(table: Pick<Table, 'columns' | 'rows'>): string {
  const quote = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [table.columns, ...table.rows].map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  return rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
}

function align(row: readonly string[], widths: readonly number[]): string[] {
  return row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
}
