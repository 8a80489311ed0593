import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ClusterService, ClusterStatus } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { checkbox, searchField } from '../shared/controls.ts';
import { icon, type Events } from './events.ts';
import { chosen, FIRST, isInTrouble, MANY, WAITING, type ServiceChoice } from './service-choice.ts';
import { controlOf, latency, moment, percent, quantity } from './labels.ts';

/** The most replicas that are drawn one by one; above it a bar is drawn. */
const PIPS = 12;

export function services(
  status: ClusterStatus,
  choice: ServiceChoice,
  { choose }: Pick<Events, 'choose'>,
): TemplateResult {
  const all = status.services;
  if (all.length === 0) return html`${nothing}`;
  const isObserved = all.some(({ desired }) => desired !== null);
  const at = isObserved && status.lastSeen !== null ? t('last observed at {0}', moment(status.lastSeen)) : '';
  const found = all.length > MANY ? chosen(all, choice) : all;
  return html`<section aria-labelledby="services-title">
    <h2 id="services-title">${t('Services')} ${at ? html`<small>${at}</small>` : nothing}</h2>
    ${isObserved ? nothing : html`<p class="muted">${t('Nothing observed yet: these are the bounds of the specification.')}</p>`}
    ${all.length > MANY ? chooser(all, found.length, choice, choose) : nothing}
    <ul class="services">
      ${repeat(choice.showsAll ? found : found.slice(0, FIRST), ({ name }) => name, service)}
    </ul>
    ${found.length > FIRST ? more(found.length, choice, choose) : nothing}
  </section>`;
}

function more(count: number, choice: ServiceChoice, choose: Events['choose']): TemplateResult {
  const { showsAll } = choice;
  return html`<button type="button" class="action" @click=${() => choose({ ...choice, showsAll: !showsAll })}>
    ${icon(showsAll ? 'chevron-up' : 'chevron-down')}
    ${showsAll ? t('Show the First {0}', FIRST) : t('Show {0} More', count - FIRST)}
  </button>`;
}

function chooser(
  all: readonly ClusterService[],
  found: number,
  choice: ServiceChoice,
  choose: Events['choose'],
): TemplateResult {
  const troubled = all.filter(isInTrouble).length;
  return html`<div class="chooser" role="search">
      ${searchField({ label: t('Find a service'), value: choice.name, input: (name) => choose({ ...choice, name }) })}
      ${checkbox({
        label: t('Only the {0} in trouble', troubled),
        checked: choice.onlyInTrouble,
        change: (onlyInTrouble) => choose({ ...choice, onlyInTrouble }),
        title: t('Pods that crashed or are missing, requests that wait, or an HPA that somebody else has paused'),
      })}
    </div>
    <p class="muted" role="status">${t('{0} of {1} services', found, all.length)}</p>`;
}

function service(of: ClusterService): TemplateResult {
  const { name, desired, ready, starting, failed, min, max, pending, utilization, hpa } = of;
  const control = controlOf(of);
  const bounds = min === null || max === null ? '' : t('{0} to {1}', min, max);
  const differs = hpa !== null && hpa.desired !== null && desired !== null && hpa.desired !== desired;
  return html`<li class="service">
    <div class="head">
      <h3>${name}</h3>
      ${
        desired === null
          ? html`<span class="muted">${t('{0} replicas', bounds)}</span>`
          : html`<span class="replicas" title=${t('ready of desired replicas; {0} allowed', bounds)}
              ><b>${quantity(ready)}</b> ${t('of {0} ready', desired)}</span
            >`
      }
    </div>
    ${pips(of)}
    ${
      of.controlledBy === 'unknown'
        ? nothing
        : html`<p class="control" data-by=${of.controlledBy} title=${control.explanation}>
            ${icon(control.icon)}
            ${control.label}${
              differs ? html`<span class="muted">, ${t('HPA wants {0}', hpa.desired ?? 0)}</span>` : nothing
            }
          </p>`
    }
    ${
      desired === null
        ? nothing
        : html`<ul class="numbers" aria-label=${t('Metrics of {0}', name)}>
            <li class=${pending !== null && pending > WAITING ? 'warn' : ''}>
              ${t('{0} waiting', quantity(pending === null ? null : Math.round(pending)))}
            </li>
            <li>${latency(of.latency)}</li>
            <li>${t('CPU {0}', percent(utilization))}</li>
            ${starting ? html`<li>${t('{0} starting', starting)}</li>` : nothing}
            ${failed ? html`<li class="warn">${icon('warning')} ${t('{0} crashed', failed)}</li>` : nothing}
          </ul>`
    }
  </li>`;
}

/** One mark for each replica that there may be: ready, asked for, possible. */
function pips({ desired, ready, max, name }: ClusterService): TemplateResult {
  if (desired === null || max === null || max > PIPS) return html`${nothing}`;
  const kind = (i: number) => (i < (ready ?? 0) ? 'ready' : i < desired ? 'wanted' : 'free');
  return html`<div
    class="pips"
    role="img"
    aria-label=${t('{0}: {1} ready of {2} desired, at most {3}', name, quantity(ready), desired, max)}
  >
    ${Array.from({ length: Math.max(max, desired) }, (_, i) => html`<span class="pip ${kind(i)}"></span>`)}
  </div>`;
}
