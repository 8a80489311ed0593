/** The sections of the report, but for the charts. */
import { html, nothing, type TemplateResult } from 'lit';
import type {
  MetricError,
  TwinAccuracy,
  TwinCalibration,
  TwinHorizon,
  TwinRanking,
  TwinReportMessage,
  TwinTraces,
} from '../protocol/twin-report.ts';
import { iconButton } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { heading, icon, scrollable } from '../shared/sections.ts';
import { bar, dumbbell, interval } from './marks.ts';
import { ownerOf, parameterName, metricLabel } from './metrics.ts';

const exportButton = (what: string, click: () => void): TemplateResult =>
  iconButton({ icon: 'export', label: t('Export {0} as CSV', what), click });

export function verdict({ verdict: { accepted, reason }, kind, traces }: TwinReportMessage): TemplateResult {
  const kinds = {
    calibrated: t('the queueing model, calibrated on the traces'),
    'recorded-then-mlp': t('recorded transitions, then a network (as in the paper)'),
    emulator: t('the emulator with the numbers of the specification'),
  };
  return html`<section class="verdict ${accepted ? 'good' : 'bad'}" aria-labelledby="verdict">
    <h2 id="verdict">${icon(accepted ? 'pass' : 'error')} ${accepted ? t('Accepted') : t('Rejected')}</h2>
    <p>${reason}</p>
    <p class="muted">
      ${t('Kind {0}: {1}.', kind, kinds[kind])}
      ${
        traces
          ? t(
              'Fitted to {0} transitions of {1} s, tested on {2} later ones.',
              traces.fit,
              traces.interval,
              traces.heldOut,
            )
          : t('Made without traces.')
      }
    </p>
  </section>`;
}

export function ranking(of: TwinRanking, save: () => void): TemplateResult {
  const { systems, spearman, kendall, agreeing, ratio } = of;
  const values = systems.flatMap(({ cluster, twin }) => [cluster, twin]);
  const ends = { from: Math.min(...values), to: Math.max(...values) };
  const inTwin = [...systems].sort((a, b) => b.twin - a.twin);
  return html`<section aria-labelledby="ranking">
    ${heading('ranking', t('Ranking of known policies'), exportButton(t('the ranking'), save))}
    <p>
      ${t(
        'Training in a twin relies on the twin ranking policies as the cluster does: it does so for {0} % of the clearly different pairs.',
        Math.round(100 * agreeing),
      )}
    </p>
    ${scrollable(
      t('Ranking of known policies'),
      html`<table>
        <thead>
          <tr>
            <th scope="col" class="text">${t('policy')}</th>
            <th scope="col">${t('on the cluster')}</th>
            <th scope="col">${t('in the twin')}</th>
            <th scope="col">${t('difference')}</th>
            <th scope="col" class="wide">
              <span class="legend"
                ><i class="dot cluster"></i> ${t('cluster')} <i class="dot twin"></i> ${t('twin')}</span
              >
            </th>
          </tr>
        </thead>
        <tbody>
          ${systems.map((system, i) => {
            const { name, cluster, twin } = system;
            const rank = inTwin.indexOf(system);
            return html`<tr>
              <th scope="row" class="text">${name}</th>
              <td>${i + 1}. <b>${cluster.toFixed(4)}</b></td>
              <td class=${rank === i ? '' : 'off'}>${rank + 1}. <b>${twin.toFixed(4)}</b></td>
              <td>${signed(twin - cluster, 4)}</td>
              <td class="wide">${dumbbell(cluster, twin, ends)}</td>
            </tr>`;
          })}
        </tbody>
      </table>`,
    )}
    <p class="muted">
      ${t(
        "J, mean over the same episodes. Spearman's rho {0}, Kendall's tau {1}; cluster over twin {2} (the ratio that the paper calls accuracy).",
        spearman.toFixed(2),
        kendall.toFixed(2),
        ratio.toFixed(3),
      )}
    </p>
  </section>`;
}

export interface ErrorsOptions {
  readonly accuracy: TwinAccuracy;
  readonly model: 'twin' | 'network';
  readonly hasNetwork: boolean;
  readonly chooseModel: (model: 'twin' | 'network') => void;
  readonly isOpen: (group: string) => boolean;
  readonly toggle: (group: string, isOpen: boolean) => void;
  readonly save: () => void;
}

export function errors(options: ErrorsOptions): TemplateResult {
  const { accuracy, model, hasNetwork, chooseModel, isOpen, toggle, save } = options;
  const { horizons, heldOut, origins, ratio } = accuracy;
  const names = horizons[0]?.metrics.map(({ name }) => name) ?? [];
  const owners = [...new Set(names.map(ownerOf).filter((owner) => owner !== '' && owner !== 'cluster'))];
  const whole = names.filter((name) => ['', 'cluster'].includes(ownerOf(name)));
  const choice = (of: 'twin' | 'network', label: string) =>
    html`<button type="button" class="segment" aria-pressed=${String(of === model)} @click=${() => chooseModel(of)}>
      ${label}
    </button>`;
  return html`<section aria-labelledby="errors">
    ${heading(
      'errors',
      t('Errors'),
      hasNetwork
        ? html`<span class="segments" role="group" aria-label=${t('Errors of')}
            >${choice('twin', t('Twin'))}${choice('network', t('Network'))}</span
          >`
        : html`${nothing}`,
      exportButton(t('the errors'), save),
    )}
    <p>
      ${t(
        'Mean absolute error on {0} held-out transitions, from {1} origins. The bar is the error divided by that of assuming no change. Past the mark, the twin is worse than assuming that nothing changes.',
        heldOut,
        origins,
      )}
      ${t("The cluster's J is {0} of the predicted one (the ratio that the paper calls accuracy).", ratio.toFixed(3))}
      ${model === 'network' ? t('The network serves prediction, pictures and drift.') : nothing}
    </p>
    ${errorsTable(t('Errors of the whole cluster'), whole, horizons)}
    ${owners.map(
      (owner) =>
        html`<details
          ?open=${isOpen(owner)}
          @toggle=${(event: Event) => toggle(owner, (event.target as HTMLDetailsElement).open)}
        >
          <summary>${t('Service {0}', owner)} <span class="muted">${worstOf(owner, names, horizons)}</span></summary>
          ${
            isOpen(owner)
              ? errorsTable(
                  t('Errors of service {0}', owner),
                  names.filter((name) => ownerOf(name) === owner),
                  horizons,
                )
              : nothing
          }
        </details>`,
    )}
  </section>`;
}

function errorsTable(label: string, names: readonly string[], horizons: readonly TwinHorizon[]): TemplateResult {
  return scrollable(
    label,
    html`<table class="errors">
      <thead>
        <tr>
          <th scope="col" class="text">${t('metric')}</th>
          ${horizons.map((horizon) => html`<th scope="col">${ahead(horizon)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${names.map((name) => {
          const { label: words, unit } = metricLabel(name);
          return html`<tr>
            <th scope="row" class="text" title=${name}>${words}${unit ? html` <small>${unit}</small>` : nothing}</th>
            ${horizons.map((horizon) => errorCell(errorOf(horizon, name)))}
          </tr>`;
        })}
      </tbody>
    </table>`,
  );
}

const errorOf = ({ metrics }: TwinHorizon, name: string): MetricError | undefined =>
  metrics.find((metric) => metric.name === name)?.error;

function errorCell(error: MetricError | undefined): TemplateResult {
  if (!error) return html`<td>–</td>`;
  const { mae, rmse, bias, r2, persistence } = error;
  const details = t(
    'root mean squared error {0}, bias {1}, no change {2}',
    compact(rmse),
    compact(bias),
    compact(persistence),
  );
  return html`<td title=${details}>
    <b>${compact(mae)}</b> ${bar(mae, persistence)}
    <small
      >${t('no change {0}', compact(persistence))}${r2 === undefined ? nothing : html`, R² ${r2.toFixed(2)}`}</small
    >
  </td>`;
}

function ahead({ intervals, seconds }: TwinHorizon): string {
  const time = seconds % 60 === 0 ? t('{0} min', seconds / 60) : t('{0} s', seconds);
  return intervals === 1 ? t('one step, {0}', time) : t('{0} steps, {1}', intervals, time);
}

/** What of a folded group deserves a look. */
function worstOf(owner: string, names: readonly string[], horizons: readonly TwinHorizon[]): string {
  const last = horizons.at(-1);
  if (!last) return '';
  const ratios = names.flatMap((name) => {
    const error = ownerOf(name) === owner ? errorOf(last, name) : undefined;
    return error && error.persistence > 0 ? [{ name, ratio: error.mae / error.persistence }] : [];
  });
  if (ratios.length === 0) return '';
  const worst = ratios.reduce((most, other) => (other.ratio > most.ratio ? other : most));
  const { label } = metricLabel(worst.name);
  return t('worst: {0}, {1} of no change', label, `${Math.round(100 * worst.ratio)} %`);
}

export function parameters(of: TwinCalibration, save: () => void): TemplateResult {
  const { values, error, errorOfSpec, candidates } = of;
  return html`<section aria-labelledby="parameters">
    ${heading('parameters', t('Fitted parameters'), exportButton(t('the parameters'), save))}
    <p>
      ${t(
        "Error along the traces: {0} with the specification's numbers, {1} with those fitted, in units of the record's mean absolute deviation ({2} candidates).",
        errorOfSpec.toFixed(3),
        error.toFixed(3),
        candidates,
      )}
    </p>
    ${scrollable(
      t('Fitted parameters'),
      html`<table class="parameters">
        <thead>
          <tr>
            <th scope="col" class="text">${t('parameter')}</th>
            <th scope="col" class="text">${t('service')}</th>
            <th scope="col">${t('specification')}</th>
            <th scope="col">${t('fitted')}</th>
            <th scope="col">${t('plausible')}</th>
            <th scope="col" class="wide">
              <span class="legend"
                ><i class="tick"></i> ${t('specification')} <i class="dot twin"></i> ${t('fitted')}</span
              >
            </th>
            <th scope="col" class="text">${t('note')}</th>
          </tr>
        </thead>
        <tbody>
          ${values.map(
            ({ name, service, value, spec, unit, plausible: [low, high], identifiable, note }) =>
              html`<tr class=${identifiable ? '' : 'vague'}>
                <th scope="row" class="text">${parameterName(name)} <small>${unit}</small></th>
                <td class="text">${service ?? t('all')}</td>
                <td>${spec === undefined ? '–' : compact(spec)}</td>
                <td><b>${compact(value)}</b></td>
                <td>${compact(low)}–${compact(high)}</td>
                <td class="wide">${interval(value, spec, low, high)}</td>
                <td class="text note">
                  ${identifiable ? nothing : html`${icon('question')} ${t('the traces do not determine it.')} `}${note}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}
  </section>`;
}

export function traces(of: TwinTraces | null, skipped: TwinReportMessage['skipped']): TemplateResult {
  return html`<section aria-labelledby="traces">
    ${heading('traces', t('Traces'))}
    ${
      of
        ? scrollable(
            t('Traces'),
            html`<table>
              <thead>
                <tr>
                  <th scope="col" class="text">${t('recording')}</th>
                  <th scope="col" class="text">${t('source')}</th>
                  <th scope="col">${t('transitions')}</th>
                  <th scope="col">${t('time')}</th>
                  <th scope="col" class="text">${t('notes')}</th>
                </tr>
              </thead>
              <tbody>
                ${of.recordings.map(
                  ({ id, source, transitions, notes, started }) =>
                    html`<tr>
                      <th scope="row" class="text">${id}</th>
                      <td class="text">
                        ${source}${started > 1e9 ? html`, ${new Date(started * 1000).toLocaleString()}` : nothing}
                      </td>
                      <td>${transitions}</td>
                      <td>${t('{0} h', compact((transitions * of.interval) / 3600))}</td>
                      <td class="text note">${notes}</td>
                    </tr>`,
                )}
              </tbody>
            </table>`,
          )
        : html`<p class="muted">${t('The twin was made without traces, so there is nothing to test it on.')}</p>`
    }
    ${
      skipped.length > 0
        ? html`<p>${t('Recordings left out:')}</p>
            <ul>
              ${skipped.map(({ recording, reason }) => html`<li>${recording}: ${reason}</li>`)}
            </ul>`
        : nothing
    }
  </section>`;
}

const signed = (value: number, digits: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
