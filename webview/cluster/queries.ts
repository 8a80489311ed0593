/** The metric queries of a real cluster: the value that each returned in the last test, its age, and what is missing. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ClusterStatus, QueriesTest, TestedQueries } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { icon, type Events } from './events.ts';
import { queryInWords, stateName, verdict } from './query-sentences.ts';
import { UNKNOWN } from './labels.ts';

type Query = TestedQueries['queries'][number];
type OfService = Query['services'][number];

/** The most rows of a table; services with problems come first. */
const ROWS = 100;

export function queries(status: ClusterStatus, test: QueriesTest | null, events: Events): TemplateResult {
  if (status.source === 'emulator') return html`${nothing}`;
  const { trusted } = status;
  return html`<section class="queries" aria-labelledby="queries-title">
    <h2 id="queries-title">
      ${t('Metric Queries')}
      ${test ? html`<small>${t('tested at {0}', new Date(test.at).toLocaleTimeString())}</small>` : nothing}
    </h2>
    ${test ? result(test.tested, events) : html`<p class="muted">${t('What each query of the specification returns now, how old the value is, and what is missing.')}</p>`}
    <div>
      <button
        type="button"
        class="action"
        aria-disabled=${trusted ? nothing : 'true'}
        title=${trusted ? t('Sends each query to Prometheus once and writes nothing') : t('The workspace is not trusted: KARMA MAS connects to nothing.')}
        @click=${() => trusted && events.open('testQueries')}
      >
        ${icon('pulse')} ${test ? t('Test Again') : t('Test Queries')}
      </button>
    </div>
  </section>`;
}

function result(tested: TestedQueries, events: Events): TemplateResult {
  const { prometheus, preset, complete } = tested;
  return html`<p class="muted">
      ${preset === '' ? t('{0}, no preset', prometheus) : t('{0}, preset {1}', prometheus, preset)}
    </p>
    <p class="verdict ${complete ? 'good' : 'bad'}">
      ${icon(complete ? 'pass' : 'warning')} <span>${verdict(tested)}</span>
    </p>
    <ul>
      ${tested.queries.map((query) => queryItem(query, events))}
      ${tested.missing.map(
        ({ field, unit, about }) =>
          html`<li class="query bad">
            <p>${icon('error')} <b>${field}</b> <small>${unit}</small></p>
            <p class="muted">${t('No query provides it: {0}.', about)}</p>
          </li>`,
      )}
    </ul>`;
}

function queryItem(query: Query, { isOpen, toggle }: Events): TemplateResult {
  const { field, unit, about, problem, services } = query;
  const isFine = services.every(({ state }) => state === 'ok');
  const key = `query ${field}`;
  return html`<li class="query ${isFine ? 'good' : 'bad'}">
    <details ?open=${isOpen(key)} @toggle=${(event: Event) => toggle(key, (event.target as HTMLDetailsElement).open)}>
      <summary>
        ${icon(isFine ? 'pass' : 'warning')} <b>${field}</b> <small>${unit}</small>
        <span class="summary">${queryInWords(query)}</span>
      </summary>
      ${
        isOpen(key)
          ? html`<p class="muted">${about}</p>
              ${problem ? html`<p>${problem}</p>` : nothing} ${valuesTable(field, unit, services)}
              <pre>${query.query}</pre>`
          : nothing
      }
    </details>
  </li>`;
}

function valuesTable(field: string, unit: string, services: readonly OfService[]): TemplateResult {
  const unwell = services.filter(({ state }) => state !== 'ok');
  const rows = [...unwell, ...services.filter(({ state }) => state === 'ok')].slice(0, ROWS);
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('Values of {0}', field)}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t('service')}</th>
            <th scope="col">${unit}</th>
            <th scope="col">${t('age')}</th>
            <th scope="col">${t('state')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ service, value, age, state }) =>
              html`<tr>
                <th scope="row">${service}</th>
                <td>${value === null ? UNKNOWN : compact(value)}</td>
                <td>${age === null ? UNKNOWN : t('{0} s', Math.round(age))}</td>
                <td>${stateName(state)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${services.length > rows.length ? html`<p class="muted">${t('{0} more', services.length - rows.length)}</p>` : nothing}`;
}
