import type { DecisionRecord, StageRecord } from '../transferring/audit.ts';
import { extentOf, round, xAxis, xScale, yAxis, yScale, type Frame } from './axes.ts';
import type { ReportData, TransferData } from './data.ts';
import { html, type Html } from './html.ts';
import { duration, fixed, isKnown, percent } from './numbers.ts';
import { figure, folded, legend, missing, section, symbolPath, table } from './html-fragments.ts';
import { linePath } from './paths.ts';
import { seriesColor } from './theme.ts';

const STAGE_SERIES: Readonly<Record<string, number>> = { shadow: 5, floor: 4, canary: 3, full: 0, fallback: 7 };
const OUTCOME_SERIES: Readonly<Record<DecisionRecord['outcome'], number>> = {
  applied: 0,
  shadow: 5,
  hold: 4,
  'nothing to do': 2,
  fallback: 7,
};
/** Decisions that are listed one by one. */
const LISTED = 200;

/** What the transfer did: stages, replicas, decisions. */
export function transferSection({ transfer }: ReportData): Html {
  if (!transfer) return section('transfer', 'Transfer', missing('transferring', 'karma-mas transfer'));
  const decisions = transfer.audit.filter((record) => record.type === 'decision');
  const { result } = transfer;
  return section(
    'transfer',
    'Transfer',
    html`<p>
        Transfer <strong>${transfer.name}</strong> to context ${transfer.context}, namespace ${transfer.namespace}.
      </p>
      <p class="verdict${result.ended === 'fallback' && ' bad'}"><strong>${result.ended}.</strong> ${result.why}</p>`,
    stagesTable(transfer),
    decisions.length > 0
      ? [timeline(transfer, decisions), replicas(decisions), decisionsTable(decisions)]
      : html`<p class="missing">No decision was recorded.</p>`,
    writesTable(transfer),
  );
}

function stagesTable({ result }: TransferData): Html {
  return table(
    'Stages',
    ['stage', 'decisions', 'applied', 'held', 'mean J', 'agents and HPA agree'],
    result.stages.map(({ stage, decisions, applied, held, objective, agreement }) => [
      stage,
      String(decisions),
      String(applied),
      String(held),
      fixed(objective, 4),
      percent(agreement),
    ]),
  );
}

interface Span {
  readonly stage: string;
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

function spansOf(stages: readonly StageRecord[], end: number): Span[] {
  return stages.map(({ stage, time, why }, i) => ({ stage, why, from: time, to: stages[i + 1]?.time ?? end }));
}

const FRAME: Frame = { width: 960, height: 300, left: 60, right: 16, top: 84, bottom: 46 };

/** Stages above, J below, and what came of each decision. */
function timeline({ audit }: TransferData, decisions: readonly DecisionRecord[]): Html {
  const start = Math.min(...audit.map(({ time }) => time));
  const end = Math.max(...audit.map(({ time }) => time));
  const x = xScale(FRAME, [0, (end - start) / 60]);
  const at = (time: number) => x((time - start) / 60);
  const y = yScale(FRAME, extentOf(decisions.map(({ objective }) => objective)), 4);
  const spans = spansOf(
    audit.filter((record) => record.type === 'stage'),
    end,
  );
  const used = (Object.keys(OUTCOME_SERIES) as DecisionRecord['outcome'][]).filter((outcome) =>
    decisions.some((decision) => decision.outcome === outcome),
  );
  const drawing = html`${spans.map((span) => stageBar(span, start, at))}
    ${decisions.map(({ time, outcome, why, decision }) => html`<path transform="translate(${round(at(time))} 46) scale(.8)" d="${symbolPath(OUTCOME_SERIES[outcome])}" fill="${seriesColor(OUTCOME_SERIES[outcome])}"><title>Decision ${decision}, ${outcome}: ${why}</title></path>`)}
    <g transform="translate(0 54)"><text class="small" x="0" y="14">J over the interval before</text></g>
    ${xAxis(FRAME, x, { label: 'minutes' })}${yAxis(FRAME, y, { label: '', ticks: 4 })}
    <path
      d="${linePath(
        decisions.map(({ objective }) => objective),
        (i) => at(decisions[i].time),
        y,
      )}"
      fill="none"
      stroke="${seriesColor(0)}"
      stroke-width="2"
    />`;
  return figure({
    id: 'transfer-timeline',
    title: 'Stages, decisions, and J',
    description: `${spans.map(({ stage, from, to }) => `${stage} for ${duration(to - from)}`).join(', then ')}; ${decisions.length} decisions.`,
    width: FRAME.width,
    height: FRAME.height,
    drawing,
    legend: legend(used.map((outcome) => ({ name: outcome, series: OUTCOME_SERIES[outcome], mark: 'point' }))),
    caption: 'Bars: the stage. Marks below them: what came of each decision. Line: J as measured.',
    data: table(
      'Stages',
      ['stage', 'from', 'to', 'why'],
      spans.map(({ stage, from, to, why }) => [
        stage,
        duration(from - start),
        duration(to - start),
        { text: why, wide: true },
      ]),
      { text: true },
    ),
  });
}

/** `at` maps a time to pixels. */
function stageBar({ stage, from, to, why }: Span, start: number, at: (time: number) => number): Html {
  const [x1, x2] = [at(from), at(to)];
  const series = seriesColor(STAGE_SERIES[stage] ?? 6);
  const name = x2 - x1 > 9 * stage.length && html`<text x="${round(x1 + 8)}" y="20">${stage}</text>`;
  return html`<g
    ><title>${stage}, ${duration(from - start)} to ${duration(to - start)}: ${why}</title
    ><rect
      x="${round(x1)}"
      y="2"
      width="${round(Math.max(2, x2 - x1 - 2))}"
      height="26"
      rx="4"
      fill="${series}"
      fill-opacity=".22"
      stroke="${series}"
    />${name}</g
  >`;
}

const SMALL: Frame = { width: 460, height: 190, left: 34, right: 20, top: 26, bottom: 44 };

/** Replicas of each service: in force, as the agents wanted them, as the HPA did. */
function replicas(decisions: readonly DecisionRecord[]): Html {
  const services = Object.keys(decisions[0].current);
  const start = decisions[0].time;
  const x = xScale(SMALL, [0, (decisions[decisions.length - 1].time - start) / 60]);
  const every = Math.ceil(decisions.length / 30);
  return html`<h3>Replicas</h3>
    ${legend([
      { name: 'in force', series: 5, mark: 'line', dash: '' },
      { name: 'agents', series: 0, mark: 'line', dash: '7 4' },
      { name: 'HPA', series: 1, mark: 'line', dash: '2 3' },
    ])}
    <div class="grid">
      ${services.map((service) => {
        const series = [
          { values: decisions.map(({ current }) => current[service]), color: seriesColor(5), dash: '', width: 2.5 },
          { values: decisions.map(({ hpa }) => hpa[service]), color: seriesColor(1), dash: '2 3', width: 2.5 },
          { values: decisions.map(({ proposed }) => proposed[service]), color: seriesColor(0), dash: '7 4', width: 2 },
        ];
        const [, most] = extentOf(series.flatMap(({ values }) => values));
        const y = yScale(SMALL, [0, most], 3);
        return figure({
          id: `replicas-${service}`,
          title: service,
          description: `Replicas of ${service} over time: in force, as the agents proposed, as the HPA asked.`,
          width: SMALL.width,
          height: SMALL.height,
          drawing: html`${xAxis(SMALL, x, { label: 'minutes', ticks: 5 })}${yAxis(SMALL, y, { label: 'replicas', ticks: Math.min(4, Math.max(1, most)), format: (value) => (Number.isInteger(value) ? String(value) : '') })}
          ${series.map(({ values, color, dash, width }) => html`<path d="${linePath(values, (i) => x((decisions[i].time - start) / 60), y, true)}" fill="none" stroke="${color}" stroke-width="${width}" stroke-dasharray="${dash}" />`)}`,
          data: table(
            `Replicas of ${service}`,
            ['minutes', 'in force', 'agents', 'after the caps', 'HPA'],
            decisions
              .filter((_, i) => i % every === 0)
              .map(({ time, current, proposed, limited, hpa }) => [
                fixed((time - start) / 60, 1),
                ...[current, proposed, limited, hpa].map((of) => (isKnown(of[service]) ? String(of[service]) : '–')),
              ]),
          ),
        });
      })}
    </div>`;
}

function decisionsTable(decisions: readonly DecisionRecord[]): Html {
  const start = decisions[0].time;
  const moved = decisions.filter(({ agents }) => agents.some(({ choice }) => choice !== 'hold'));
  const listed = moved.slice(0, LISTED);
  const rows = listed.map(({ decision, time, stage, agents, caps, outcome, why }) => [
    String(decision),
    fixed((time - start) / 60, 1),
    stage,
    {
      text: agents
        .filter(({ choice }) => choice !== 'hold')
        .map(
          ({ agent, choice, reasons }) => `${agent}: ${choice}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`,
        )
        .join('. '),
      wide: true,
    } as const,
    { text: caps.join(' ') || 'none', wide: true } as const,
    { text: `${outcome}: ${why}`, wide: true } as const,
  ]);
  const more = moved.length > listed.length ? `, the first ${LISTED}` : '';
  return folded(
    `${moved.length} of ${decisions.length} decisions in which an agent wanted a move${more}`,
    table('Decisions', ['decision', 'minute', 'stage', 'agents', 'caps', 'outcome'], rows, { text: true }),
  );
}

function writesTable({ audit }: TransferData): Html {
  const writes = audit.filter((record) => record.type === 'write');
  const refused = writes.filter(({ result }) => result === 'refused');
  const real = writes.filter(({ dryRun, result }) => !dryRun && result === 'accepted').length;
  return html`<p class="note">${real} writes to the cluster, ${refused.length} refused.</p>
    ${
      refused.length > 0 &&
      table(
        'Refused writes',
        ['second', 'stage', 'write', 'message'],
        refused
          .slice(0, LISTED)
          .map(({ time, stage, write, message }) => [
            fixed(time, 0),
            stage,
            JSON.stringify(write),
            { text: message, wide: true },
          ]),
        { text: true },
      )
    }`;
}
