/** The explanation of the step under the cursor. */
import { html, nothing, type TemplateResult } from 'lit';
import type { EpisodeMessage } from '../protocol/episode.ts';
import { t } from '../shared/l10n.ts';
import { compact, duration } from '../shared/numbers.ts';
import { choiceAt, eventsAt, sortedOptions, stepAt, valueAt, type ChoiceAt, type OptionAt } from './record.ts';
import { eventInWords, explain, missingParts, percent, withoutMask } from './sentences.ts';

const OF_SERVICE = ['received', 'pending', 'utilization', 'latency'] as const;

export interface SideOptions {
  readonly first: EpisodeMessage;
  readonly second: EpisodeMessage | undefined;
  readonly step: number;
  /** Name of the agent that is pointed at. */
  readonly agent: string;
  readonly point: (agent: string) => void;
  /** Whether the unlikely options of an agent are expanded: only then are they rendered, at every move of the cursor. */
  readonly isOpen: (agent: string) => boolean;
  readonly toggle: (agent: string, isOpen: boolean) => void;
}

export function side(options: SideOptions): TemplateResult {
  const { first, second, step } = options;
  const seconds = step * first.interval;
  const other = second && stepAt(second, seconds);
  return html`<h2 class="at">
      ${t('Step {0} of {1}', step + 1, first.steps)} <small>${t('at {0}', duration(seconds))}</small>
    </h2>
    ${unrecorded(first)} ${second ? comparison(second, other) : nothing} ${events(first, step)}
    ${state(first, second, step, other)} ${goals(first, second, step, other)}
    <section aria-labelledby="agents">
      <h3 id="agents">${t('Agents')}</h3>
      ${first.expectedMeaning === '' ? nothing : html`<p class="muted">${t('The critic expects: {0}', first.expectedMeaning)}</p>`}
      ${first.agents.map((_, a) => agentCard(options, a, other))}
    </section>`;
}

/** Once for the whole episode, not at every agent. */
function unrecorded(episode: EpisodeMessage): TemplateResult {
  const missing = missingParts(episode);
  if (missing.length === 0) return html`${nothing}`;
  return html`<p class="note">
    ${t('Not recorded: {0}.', missing.join(', '))}
    ${episode.agents.some(({ rules }) => rules === null) ? t('Analyze the run again with this version to have them.') : nothing}
  </p>`;
}

function comparison({ scenario, load }: EpisodeMessage, step: number | undefined): TemplateResult {
  return html`<p class="muted">
    ${
      step === undefined
        ? t('The second episode ({0}, {1}) has ended by then.', scenario, load)
        : t('The second values are those of {0}, {1} at the same time.', scenario, load)
    }
  </p>`;
}

function events(episode: EpisodeMessage, step: number): TemplateResult {
  return html`${eventsAt(episode, step).map(
    (event) =>
      html`<p class="event">
        <span class="codicon codicon-warning" aria-hidden="true"></span> ${eventInWords(event)}
      </p>`,
  )}`;
}

function state(
  first: EpisodeMessage,
  second: EpisodeMessage | undefined,
  step: number,
  other: number | undefined,
): TemplateResult {
  const both = (read: (episode: EpisodeMessage, step: number) => string) => pair(first, second, step, other, read);
  const value = (name: string, as: (value: number) => string = compact) =>
    both((episode, at) => {
      const found = valueAt(episode, name, at);
      return found === undefined ? '–' : as(found);
    });
  return html`<section aria-labelledby="state">
    <h3 id="state">${t('State')}</h3>
    <dl class="figures">
      <div>
        <dt>J</dt>
        <dd>${both(({ objective }, at) => number(objective[at]))}</dd>
      </div>
      <div>
        <dt>${t('latency')}</dt>
        <dd>${value('cluster.latency', (found) => `${compact(found)} s`)}</dd>
      </div>
      <div>
        <dt>${t('success')}</dt>
        <dd>${value('cluster.successRate', percent)}</dd>
      </div>
      <div>
        <dt>${t('CPU allocated')}</dt>
        <dd>${value('cluster.cpuAllocated', percent)}</dd>
      </div>
    </dl>
    ${serviceTable(first.services, both, value)}
  </section>`;
}

type Value = (name: string, as?: (value: number) => string) => TemplateResult;

function serviceTable(
  services: readonly string[],
  both: (read: (episode: EpisodeMessage, step: number) => string) => TemplateResult,
  value: Value,
): TemplateResult {
  const replicas = (service: string) =>
    both((episode, at) => {
      const [ready, desired] = ['ready', 'desired'].map((field) => valueAt(episode, `${service}.${field}`, at));
      return ready === undefined && desired === undefined ? '–' : `${ready ?? '–'}/${desired ?? '–'}`;
    });
  return html`<table class="state">
    <caption class="visually-hidden">
      ${t('State of the services')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('service')}</th>
        <th scope="col" title=${t('Ready pods of the desired ones')}>${t('ready')}</th>
        <th scope="col" title=${t('Requests received a second')}>${t('req/s')}</th>
        <th scope="col" title=${t('Requests waiting')}>${t('pending')}</th>
        <th scope="col" title=${t('CPU used over CPU requested')}>${t('CPU')}</th>
        <th scope="col" title=${t('Seconds in this service alone')}>${t('latency')}</th>
      </tr>
    </thead>
    <tbody>
      ${services.map(
        (service) =>
          html`<tr>
            <th scope="row">${service}</th>
            <td>${replicas(service)}</td>
            ${OF_SERVICE.map(
              (field) => html`<td>${value(`${service}.${field}`, field === 'utilization' ? percent : compact)}</td>`,
            )}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function goals(
  first: EpisodeMessage,
  second: EpisodeMessage | undefined,
  step: number,
  other: number | undefined,
): TemplateResult {
  if (first.goals.length === 0) return html`${nothing}`;
  return html`<section aria-labelledby="goals">
    <h3 id="goals">${t('Goals')}</h3>
    <ul class="goals">
      ${first.goals.map(({ name, satisfied }) => {
        const is = satisfied[step] === '1';
        const there =
          other === undefined ? undefined : second?.goals.find((goal) => goal.name === name)?.satisfied[other];
        return html`<li class=${is ? 'satisfied' : ''}>
          <span class="codicon codicon-${is ? 'pass' : 'circle-slash'}" aria-hidden="true"></span>
          ${is ? t('{0}: satisfied', name) : t('{0}: not satisfied', name)}
          ${there !== undefined ? html`<small class="second">${there === '1' ? t('(second: satisfied)') : t('(second: not satisfied)')}</small>` : nothing}
        </li>`;
      })}
    </ul>
  </section>`;
}

function agentCard(options: SideOptions, index: number, other: number | undefined): TemplateResult {
  const { first, second, step, agent: pointedAt, point, isOpen, toggle } = options;
  const choice = choiceAt(first, index, step);
  const { name, roles } = choice.agent;
  const twin = second?.agents.findIndex((agent) => agent.name === name) ?? -1;
  const there = second && other !== undefined && twin >= 0 ? choiceAt(second, twin, other) : undefined;
  const isPointedAt = name === pointedAt;
  return html`<article class="agent ${isPointedAt ? 'pointed' : ''}" data-agent=${name}>
    <h4>
      <button
        type="button"
        class="agent-name"
        aria-pressed=${String(isPointedAt)}
        @click=${() => point(isPointedAt ? '' : name)}
      >
        ${name}
      </button>
      <small>${roles.join(', ')}</small>
    </h4>
    <p class="why">${explain(choice)}</p>
    ${bars(choice, isOpen(name), (open) => toggle(name, open))}
    <p class="muted">${withoutMask(choice)}</p>
    ${
      choice.expected === undefined
        ? nothing
        : html`<p class="muted">${t('The critic expected {0}.', compact(choice.expected))}</p>`
    }
    ${there ? html`<p class="second"><span class="badge">${t('second')}</span> ${explain(there)}</p>` : nothing}
  </article>`;
}

/** Options with their probabilities: those that matter, and the others folded away. */
function bars(choice: ChoiceAt, isOpen: boolean, toggle: (isOpen: boolean) => void): TemplateResult {
  const { shown, folded } = sortedOptions(choice);
  const forbidden = folded.filter(({ allowed }) => !allowed).length;
  return html`<ul class="options">
      ${shown.map(option)}
    </ul>
    ${
      folded.length > 0
        ? html`<details
            ?open=${isOpen}
            @toggle=${(event: Event) => {
              const { open } = event.target as HTMLDetailsElement;
              if (open !== isOpen) toggle(open);
            }}
          >
            <summary>
              ${forbidden > 0 ? t('{0} more options, {1} of them not allowed', folded.length, forbidden) : t('{0} more options', folded.length)}
            </summary>
            ${
              isOpen
                ? html`<ul class="options">
                    ${folded.map(option)}
                  </ul>`
                : nothing
            }
          </details>`
        : nothing
    }`;
}

function option({ text, allowed, probability, taken, free }: OptionAt): TemplateResult {
  const notes = [
    ...(taken ? [t('chosen')] : []),
    ...(free && !taken ? [t('without mask')] : []),
    ...(allowed ? [] : [t('not allowed')]),
  ];
  return html`<li class="option ${taken ? 'taken' : ''} ${allowed ? '' : 'forbidden'}">
    <span class="name">${text}</span>
    <svg class="bar" aria-hidden="true">
      <rect class="track" width="100%" height="100%"></rect>
      <rect class="share" width=${`${100 * (probability ?? 0)}%`} height="100%"></rect>
    </svg>
    <span class="share-text">${probability === undefined ? '' : percent(probability)}</span>
    <span class="notes">${notes.join(', ')}</span>
  </li>`;
}

/** The first episode's value, and the second's where there is one. */
function pair(
  first: EpisodeMessage,
  second: EpisodeMessage | undefined,
  step: number,
  other: number | undefined,
  read: (episode: EpisodeMessage, step: number) => string,
): TemplateResult {
  if (!second) return html`${read(first, step)}`;
  return html`${read(first, step)}<span class="second"
      ><span class="visually-hidden">${t('second')}</span> ${other === undefined ? '–' : read(second, other)}</span
    >`;
}

const number = (value: number | null | undefined) => (value === null || value === undefined ? '–' : compact(value));
