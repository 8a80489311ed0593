/** Formats problems as workflow commands of GitHub Actions, which shows them at their lines in a pull request. */
import type { Problem, Severity } from '../../../spec/problem.ts';

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
  hint: 'notice',
};

/** Returns `::error file=...,line=...::message`. `path` is relative to the repository. */
export function githubCommand({ severity, code, message, range }: Problem, path: string): string {
  const { start, end } = range;
  const properties: [string, string | number][] = [
    ['file', path],
    ['line', start.line],
    ['endLine', end.line],
    // Columns are valid only within one line.
    ...(start.line === end.line
      ? ([
          ['col', start.column],
          ['endColumn', end.column],
        ] as [string, number][])
      : []),
    ['title', code],
  ];
  const written = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',');
  return `::${COMMANDS[severity]} ${written}::${escapeData(message)}`;
}

/** Escapes line breaks, which would end the command, and %, which begins an escape. */
const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
