import type { Accuracy, Fan, HorizonErrors } from '../modeling/accuracy/accuracy.ts';
import type { Ranking } from '../modeling/accuracy/ranking.ts';
import { unitOf } from '../analyzing/trajectories/recorded-states.ts';
import { extentOf, xAxis, xScale, yAxis, yScale, type Frame } from './axes.ts';
import type { ReportData } from './data.ts';
import { html, NOTHING, type Html } from './html.ts';
import { duration, fixed, significant } from './numbers.ts';
import { figure, folded, legend, missing, section, table } from './html-fragments.ts';
import { bandPath, linePath } from './paths.ts';
import { seriesColor } from './theme.ts';

const KINDS = {
  calibrated: 'the queueing model, calibrated on the traces',
  'recorded-then-mlp': 'recorded transitions, then a network (as in the paper)',
  emulator: 'the emulator with the numbers of the specification',
} as const;

const INDICATOR_UNITS: Readonly<Record<string, string>> = { latency: 's', pending: 'requests' };
const FAN_NAMES: Readonly<Record<string, string>> = {
  objective: 'J',
  resilience: 'resilience or(s)',
  latency: 'latency (s)',
  success: 'success (share)',
  pending: 'requests waiting',
};
const FRAME: Frame = { width: 460, height: 220, left: 56, right: 20, top: 28, bottom: 46 };

/** How far the digital twin can be trusted. */
export function twinSection({ twin }: ReportData): Html {
  if (!twin) return section('twin', 'Digital twin', missing('modeling', 'karma-mas fit'));
  const { verdict, accuracy, networkAccuracy, ranking, traces, skipped } = twin;
  return section(
    'twin',
    'Digital twin',
    html`<p>${twin.kind}: ${KINDS[twin.kind]}.</p>
      <p class="verdict${!verdict.accepted && ' bad'}">
        <strong>${verdict.accepted ? 'Accepted.' : 'Rejected.'}</strong> ${verdict.reason}
      </p>`,
    ranking ? rankingTable(ranking) : NOTHING,
    accuracy
      ? accuracyPart(accuracy, 'the twin')
      : html`<p class="missing">
          ${traces ? 'There are too few traces to test it on.' : 'It was made without traces: there is nothing to test it on.'}
          <code>karma-mas collect</code> records ${traces ? 'more' : 'some'}.
        </p>`,
    networkAccuracy
      ? folded(
          'Errors of the network (for prediction, pictures and drift)',
          errorsTable(networkAccuracy.horizons, 'the network'),
        )
      : NOTHING,
    skipped.length > 0
      ? html`<p class="note">Recordings left out:</p>
          <ul class="note">
            ${skipped.map(({ recording, reason }) => html`<li>${recording}: ${reason}</li>`)}
          </ul>`
      : NOTHING,
  );
}

function rankingTable({ systems, spearman, kendall, agreeing, ratio }: Ranking): Html {
  return html`${table(
      'Known policies, ranked by the cluster and by the twin',
      ['system', 'J on the cluster', 'J in the twin', 'difference'],
      systems.map(({ name, cluster, twin }) => [name, fixed(cluster, 4), fixed(twin, 4), fixed(twin - cluster, 4)]),
    )}
    <p class="note">
      Spearman's rho ${fixed(spearman, 2)}, Kendall's tau ${fixed(kendall, 2)}; ${fixed(100 * agreeing, 0)} % of the
      clearly different pairs in the cluster's order; cluster over twin ${fixed(ratio, 3)} (the ratio that the paper
      calls accuracy).
    </p>`;
}

function accuracyPart({ horizons, fan, heldOut, origins, ratio }: Accuracy, what: string): Html {
  return html`${errorsTable(horizons, what)}
    <p class="note">
      On ${heldOut} transitions held out in time order, from ${origins} origins. MAE: mean absolute error; in brackets
      that of assuming no change, which a twin must beat. R²: 1 − squared error / variance. The cluster's J is
      ${fixed(ratio, 3)} of the predicted one (the ratio that the paper calls accuracy).
    </p>
    ${fan && fanFigures(fan)}`;
}

/** Indicators and cluster metrics open, the metrics of single services folded. */
function errorsTable(horizons: readonly HorizonErrors[], what: string): Html {
  const names = Object.keys(horizons[0]?.metrics ?? {});
  const isService = (name: string) => name.includes('.') && !name.startsWith('cluster.');
  const columns = [
    'metric',
    ...horizons.flatMap(({ intervals, seconds }) => {
      const ahead = intervals === 1 ? `one step (${duration(seconds)})` : `${intervals} steps (${duration(seconds)})`;
      return [`MAE, ${ahead}`, 'R²'];
    }),
  ];
  const row = (name: string) => [
    withUnit(name),
    ...horizons.flatMap(({ metrics }) => {
      const error = metrics[name];
      return error
        ? [
            `${significant(error.mae)} (${significant(error.persistence)})`,
            error.r2 === undefined ? '–' : fixed(error.r2, 2),
          ]
        : ['–', '–'];
    }),
  ];
  const services = names.filter(isService);
  return html`${table(`Errors of ${what}`, columns, names.filter((name) => !isService(name)).map(row))}${
    services.length > 0 &&
    folded('Every metric of every service', table(`Errors of ${what}, by service`, columns, services.map(row)))
  }`;
}

const withUnit = (name: string): string => {
  const unit = INDICATOR_UNITS[name] ?? unitOf(name);
  return unit === '' || unit === 'share' ? name : `${name} (${unit})`;
};

/** Of the indicators only: the Twin Report has those of every service. */
function fanFigures(fan: Fan): Html {
  const overview = Object.entries(fan.metrics).filter(([name]) => name in FAN_NAMES);
  return html`<h3>Open loop</h3>
    <p>
      One run of the twin beside the record, with nothing fed back, on a stretch livelier than three quarters of what
      was held out: the band is what the twin holds possible.
    </p>
    ${legend([
      { name: 'recorded', series: 5, mark: 'line', dash: '' },
      { name: 'twin, middle', series: 0, mark: 'line', dash: '7 4' },
      { name: 'twin, range', series: 0, mark: 'band' },
    ])}
    <div class="grid">
      ${overview.map(([name, series]) => {
        const count = series.recorded.length;
        const x = xScale(FRAME, [fan.interval, fan.interval * count]);
        const y = yScale(FRAME, extentOf([...series.recorded, ...series.low, ...series.high]), 4);
        const at = (i: number) => x((i + 1) * fan.interval);
        const title = FAN_NAMES[name] ?? name;
        const every = Math.ceil(count / 20);
        return figure({
          id: `fan-${name}`,
          title,
          description: `${title}, recorded and predicted, over ${duration(count * fan.interval)}.`,
          width: FRAME.width,
          height: FRAME.height,
          drawing: html`${xAxis(FRAME, x, { label: 'seconds after the origin', ticks: 5 })}${yAxis(FRAME, y, { label: title, ticks: 4 })}
            <path d="${bandPath(series.low, series.high, at, y)}" fill="${seriesColor(0)}" fill-opacity=".22" />
            <path
              d="${linePath(series.middle, at, y)}"
              fill="none"
              stroke="${seriesColor(0)}"
              stroke-width="2"
              stroke-dasharray="7 4"
            />
            <path d="${linePath(series.recorded, at, y)}" fill="none" stroke="${seriesColor(5)}" stroke-width="2" />`,
          data: table(
            title,
            ['seconds', 'recorded', 'low', 'middle', 'high'],
            series.recorded.flatMap((value, i) =>
              i % every === 0
                ? [
                    [
                      String((i + 1) * fan.interval),
                      ...[value, series.low[i], series.middle[i], series.high[i]].map((v) => significant(v)),
                    ],
                  ]
                : [],
            ),
          ),
        });
      })}
    </div>`;
}
