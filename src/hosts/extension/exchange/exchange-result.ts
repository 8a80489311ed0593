/** The results of an import that the command line reports with --json. */
import { hasShape, list, number, object, oneOf, text, type Of } from '../../../../webview/protocol/shape.ts';
import type { CliResult } from '../command-line/cli-process.ts';

const problemShape = object({
  type: oneOf('problem'),
  /** From 1. */
  line: number,
  column: number,
  severity: oneOf('error', 'warning', 'information'),
  message: text,
});
const importedShape = object({ type: oneOf('imported'), organization: text, files: list(text) });

export type ImportProblem = Of<typeof problemShape>;

export interface ExchangeResult {
  readonly problems: readonly ImportProblem[];
  readonly organization: string;
  /** The files that were written; empty if there were none. */
  readonly files: readonly string[];
}

export function exchangeResult(results: readonly CliResult[]): ExchangeResult {
  const imported = results.find((each) => hasShape(importedShape, each));
  return {
    problems: results.filter((each) => hasShape(problemShape, each)),
    organization: imported?.organization ?? '',
    files: imported?.files ?? [],
  };
}
