import { ALL, compare, overEpisodes, systemOf } from '../evaluating/evaluation.ts';
import { label as systemLabel } from './comparison-section.ts';
import type { ReportData } from './data.ts';
import { html, NOTHING, type Html, type Piece } from './html.ts';
import { duration, fixed, isKnown, percent } from './numbers.ts';
import { section, table } from './html-fragments.ts';

/** What was run, where, with what result. */
export function summarySection(data: ReportData): Html {
  const { summary } = data;
  const facts: [string, string | Html][] = [
    ['Command', html`<code>${summary.command}</code>`],
    ['Machine', summary.machine],
    ['Seeds', summary.seeds.join(', ') || 'none'],
    ['Made', `${new Date(summary.createdAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`],
    ...Object.entries({ Run: summary.run, Cluster: summary.cluster, Organization: summary.organization }).flatMap(
      ([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]),
    ),
    [
      'Versions',
      Object.entries(summary.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ];
  return section(
    'summary',
    'Summary',
    tiles(data),
    html`<dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`,
    summary.phases.length > 0
      ? table(
          'Phases',
          ['phase', 'took', 'result'],
          summary.phases.map(({ phase, seconds, result }) => [phase, duration(seconds), { text: result, wide: true }]),
        )
      : html`<p class="missing">No phase has run.</p>`,
  );
}

/** The few figures that are read first. */
function tiles({ evaluation, twin, analysis, transfer }: ReportData): Html {
  const found: [Piece, string][] = [];
  if (evaluation) {
    const { evaluation: result, bases } = evaluation;
    const best = result.systems.find(({ values }) => values.objective.length > 1) ?? result.systems[0];
    if (best) {
      found.push([fixed(overEpisodes(result, best, 'objective').mean, 4), `J of ${systemLabel(best)}`]);
      for (const base of bases.filter((name) => name !== best.name && result.systems.some((s) => s.name === name))) {
        const difference = compare(result, best, systemOf(result, base), 'objective', ALL);
        const sign = difference.mean > 0 ? '+' : '';
        found.push([
          html`${sign}${fixed(difference.mean, 4)} <small>± ${fixed(difference.interval, 4)}</small>`,
          `its J over that of ${base}, paired, 95 %`,
        ]);
      }
    }
  }
  if (twin) found.push([twin.verdict.accepted ? 'accepted' : 'rejected', 'digital twin']);
  if (analysis && isKnown(analysis.alignment.free))
    found.push([percent(analysis.alignment.free), 'alignment of the policy without its mask']);
  if (transfer) found.push([transfer.result.ended, 'transfer']);
  if (found.length === 0) return NOTHING;
  return html`<ul class="tiles">
    ${found.map(([value, name]) => html`<li><b>${value}</b><span>${name}</span></li>`)}
  </ul>`;
}
