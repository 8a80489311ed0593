/** Compares a run with the run that it refines: the effect of the accepted proposals. Does not import vscode. */
import type { Comparison, ComparisonFigure } from '../../../../webview/protocol/roles.ts';
import type { Analysis } from '../../../analyzing/analysis.ts';
import { settledEvents } from '../../../runs/events.ts';
import { readJournal } from '../../../runs/journal.ts';
import { journalPath } from '../../../runs/run-directory.ts';
import { BEFORE_NAME, KARMA_NAME } from '../../../runs/system-names.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import { readAnalysis } from '../webviews/analysis-data.ts';

/**
 * J and resilience on the same episodes, from the refining run alone; the rest from both analyses. A figure is null where it is not
 * known (yet). Without figures for a run that refines none.
 */
export async function comparisonOf(
  entry: RunEntry,
  analysis: Analysis,
  runs: readonly RunEntry[],
): Promise<Comparison> {
  const { directory, refines } = entry;
  if (refines === undefined) return { directory, before: '', isThere: false, figures: [] };
  const base = runs.find(({ id, project }) => id === refines && project === entry.project);
  const earlier = base && (await readAnalysis(base.directory).catch(() => undefined));
  const judged = judgmentsOf(directory);
  const ofBoth = (
    what: ComparisonFigure['what'],
    of: (analysis: Analysis) => number | null | undefined,
  ): ComparisonFigure => ({
    what,
    before: (earlier && of(earlier)) ?? null,
    after: of(analysis) ?? null,
  });
  const figures: ComparisonFigure[] = [
    ...(['objective', 'resilience'] as const).map((what) => ({
      what,
      before: judged(BEFORE_NAME, what),
      after: judged(KARMA_NAME, what),
    })),
    ofBoth('alignment', ({ alignment }) => alignment.overall),
    ofBoth('freeAlignment', ({ alignment }) => alignment.free),
    ofBoth('purity', ({ purity }) => purity),
    ofBoth('stability', ({ stability }) => stability),
    ofBoth('proposals', ({ proposals }) => proposals.length),
  ];
  return { directory, before: refines, isThere: base !== undefined, figures };
}

/** The last judgment of a system, over all episodes. */
function judgmentsOf(directory: string): (system: string, metric: string) => number | null {
  const events = settledEvents(readJournal(journalPath(directory)).events);
  return (system, metric) => {
    const last = events.findLast((event) => event.type === 'evaluation' && event.system === system);
    return last?.type === 'evaluation' ? (last.metrics[metric] ?? null) : null;
  };
}
