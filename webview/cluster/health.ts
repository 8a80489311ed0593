import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ClusterStatus } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { duration } from '../shared/numbers.ts';
import { icon, type Events } from './events.ts';
import { fixed, latency, moment, percent, stageName } from './labels.ts';

/** The health of the transfer: the objective, and the values that the guard watches. */
export function health({ observed, trend }: ClusterStatus, { isOpen, toggle }: Events): TemplateResult {
  if (!observed) return html`${nothing}`;
  const { objective, drift, driftThreshold, oldestMetric, staleAfter, success, allocated, agreement, stage } = observed;
  const known = trend.filter((point) => point.objective !== null);
  return html`<section aria-labelledby="health-title">
    <h2 id="health-title">${t('Health')}</h2>
    <dl class="health">
      ${figure(t('Objective J'), fixed(objective, 3))} ${figure(t('Success'), percent(success))}
      ${figure(t('Latency'), latency(observed.latency))} ${figure(t('CPU requested'), percent(allocated))}
      ${gauge(t('Drift'), drift, driftThreshold, (value) => fixed(value, 1))}
      ${gauge(t('Oldest metric'), oldestMetric, staleAfter, (value) => `${fixed(value, 0)} s`)}
      ${stage === 'shadow' ? figure(t('Agents agree with the HPA'), percent(agreement)) : nothing}
      ${figure(t('Decisions'), t('{0}, {1} applied, {2} held', observed.decisions, observed.applied, observed.held))}
    </dl>
    ${
      known.length > 1
        ? html`${sparkline(trend)}
            <details
              ?open=${isOpen('trend')}
              @toggle=${(event: Event) => toggle('trend', (event.target as HTMLDetailsElement).open)}
            >
              <summary>${t('Objective over time, as a table')}</summary>
              ${isOpen('trend') ? trendTable(trend) : nothing}
            </details>`
        : nothing
    }
  </section>`;
}

const figure = (name: string, value: string): TemplateResult =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

/** A number and the limit that it may not pass. */
function gauge(
  name: string,
  value: number | null,
  limit: number | null,
  format: (value: number | null) => string,
): TemplateResult {
  const isOver = value !== null && limit !== null && value > limit;
  const text = value === null || limit === null ? format(value) : t('{0}, limit {1}', format(value), format(limit));
  return html`<div class=${isOver ? 'over' : ''}>
    <dt>${name}</dt>
    <dd>
      ${isOver ? icon('warning') : nothing} ${text}
      ${
        limit === null || value === null
          ? nothing
          : html`<meter
              min="0"
              max=${limit}
              high=${0.7 * limit}
              optimum="0"
              value=${Math.min(value, limit)}
              aria-label=${name}
            ></meter>`
      }
    </dd>
  </div>`;
}

type Trend = ClusterStatus['trend'];
const SPARK = { width: 300, height: 56, pad: 3 };
/** Of J, shown at least. */
const SPAN = 0.05;

function sparkline(trend: Trend): TemplateResult {
  const { width, height, pad } = SPARK;
  const values = trend.flatMap(({ objective }) => (objective === null ? [] : [objective]));
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  // A value that hardly changes is drawn as one.
  const spare = Math.max(0, SPAN - (greatest - least)) / 2;
  const [low, high] = [least - spare, greatest + spare];
  const [first, last] = [trend[0].time, trend[trend.length - 1].time];
  const x = (time: number) => round(((time - first) / Math.max(1e-9, last - first)) * width);
  const y = (value: number) => round(height - pad - ((value - low) / Math.max(1e-9, high - low)) * (height - 2 * pad));
  const bands = stageBands(trend);
  const label = t(
    'Objective J over {0}: now {1}, between {2} and {3}. Stages: {4}.',
    duration(last - first),
    fixed(values[values.length - 1], 3),
    fixed(least, 3),
    fixed(greatest, 3),
    bands.map(({ stage }) => stageName(stage)).join(', '),
  );
  let path = '';
  let isGap = true;
  for (const { time, objective } of trend) {
    if (objective !== null) path += `${isGap ? 'M' : 'L'}${x(time)} ${y(objective)}`;
    isGap = objective === null;
  }
  return html`<figure class="spark">
    <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label=${label}>
      ${bands.map(({ from, to }, i) => svg`<rect class="band ${i % 2 ? 'odd' : ''}" x=${x(from)} y="0" width=${Math.max(0, x(to) - x(from))} height=${height}></rect>`)}
      <path class="line" d=${path} vector-effect="non-scaling-stroke"></path>
    </svg>
    <figcaption aria-hidden="true">
      <span>J ${fixed(least, 3)} – ${fixed(greatest, 3)}</span><span>${duration(last - first)}</span>
    </figcaption>
  </figure>`;
}

const round = (value: number) => Math.round(value * 10) / 10;

function stageBands(trend: Trend): { stage: string; from: number; to: number }[] {
  const bands: { stage: string; from: number; to: number }[] = [];
  for (const { stage, time } of trend) {
    const last = bands.at(-1);
    if (last?.stage === stage) last.to = time;
    else {
      if (last) last.to = time;
      bands.push({ stage, from: time, to: time });
    }
  }
  return bands;
}

/** Every so many points, so that it stays readable. */
function trendTable(trend: Trend): TemplateResult {
  const every = Math.ceil(trend.length / 40);
  const rows = trend.filter((_, i) => i % every === 0 || i === trend.length - 1);
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('Objective over time')}>
    <table>
      <thead>
        <tr>
          <th scope="col">${t('time')}</th>
          <th scope="col">${t('stage')}</th>
          <th scope="col">J</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ time, stage, objective }) =>
            html`<tr>
              <th scope="row">${moment(time)}</th>
              <td>${stageName(stage)}</td>
              <td>${fixed(objective, 3)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
