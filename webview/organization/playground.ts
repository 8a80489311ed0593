/** The guide playground: a state to choose, and what the guides say of it. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AgentGuides, GuideInput, GuidesAnswer, TriedState } from '../protocol/organization.ts';
import { button, checkbox, slider } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { moveLabel, presetLabel } from './labels.ts';

export interface PlaygroundEvents {
  /** Try this state. */
  attempt(state: TriedState): void;
}

export function playground(answer: GuidesAnswer, tried: TriedState, events: PlaygroundEvents): TemplateResult {
  return html`<div class="playground">
    <section class="state" aria-label=${t('State of the cluster')}>
      ${presets(answer, events)} ${past(tried, events)} ${time(answer, tried, events)} ${sliders(answer, tried, events)}
    </section>
    <section class="agents" aria-label=${t('What the guides say')}>
      ${answer.evaluation.agents.map((agent) => agentCard(agent))}
    </section>
  </div>`;
}

function presets({ playground: { presets: all } }: GuidesAnswer, events: PlaygroundEvents): TemplateResult {
  return html`<div class="presets" role="group" aria-label=${t('States to begin with')}>
    ${all.map(({ name, state }) => button({ label: presetLabel(name), click: () => events.attempt(state) }))}
  </div>`;
}

/** Rules about changes compare with an earlier time. */
function past(tried: TriedState, events: PlaygroundEvents): TemplateResult {
  return html`<p class="past">
    ${checkbox({
      label: t('This state has lasted for a long time'),
      checked: tried.before === null,
      title: t('Off: the earlier state of the cluster is the one at the moment when you switch this off'),
      change: (steady) => events.attempt({ ...tried, before: steady ? null : tried.now }),
    })}
  </p>`;
}

function time(
  { playground: { maxElapsed } }: GuidesAnswer,
  tried: TriedState,
  events: PlaygroundEvents,
): TemplateResult {
  if (maxElapsed === 0) return html``;
  return html`<fieldset>
    <legend>${t('Episode')}</legend>
    ${slider({
      label: t('time since its start'),
      value: tried.elapsed,
      min: 0,
      max: maxElapsed,
      step: 1,
      text: `${compact(tried.elapsed)} s`,
      change: (elapsed) => events.attempt({ ...tried, elapsed }),
    })}
  </fieldset>`;
}

function sliders(
  { playground: { inputs } }: GuidesAnswer,
  tried: TriedState,
  events: PlaygroundEvents,
): TemplateResult {
  if (inputs.length === 0) return html`<p class="muted">${t('The guides read nothing of the cluster.')}</p>`;
  const groups = [...Map.groupBy(inputs, ({ service }) => service)];
  return html`${repeat(
    groups,
    ([service]) => service,
    ([service, own]) =>
      html`<fieldset>
        <legend>${service === '' ? t('Cluster') : t('Service {0}', service)}</legend>
        ${own.map((input) => inputSlider(input, tried, events))}
      </fieldset>`,
  )}`;
}

function inputSlider(
  { service, field, unit, about, max, step }: GuideInput,
  tried: TriedState,
  events: PlaygroundEvents,
) {
  const value = tried.now[service]?.[field] ?? 0;
  return html`<div class="input" title=${about}>
    ${slider({
      label: field,
      value,
      min: 0,
      max: Math.max(max, value),
      step,
      text: valueText(value, unit),
      change: (changed) => {
        const now = { ...tried.now, [service]: { ...tried.now[service], [field]: changed } };
        events.attempt({ ...tried, now });
      },
    })}
  </div>`;
}

const valueText = (value: number, unit: string): string =>
  unit === 'share' ? `${compact(value * 100)} %` : unit === '' ? compact(value) : `${compact(value)} ${unit}`;

function agentCard({ agent, hardness, services, goals }: AgentGuides): TemplateResult {
  return html`<article class="agent" data-agent=${agent}>
    <h2>${agent}</h2>
    <p class="muted">${hardnessText(hardness)}</p>
    ${services.length > 0 ? moves(agent, services) : nothing} ${goals.length > 0 ? rewards(agent, goals) : nothing}
  </article>`;
}

const hardnessText = (hardness: number): string =>
  hardness >= 1
    ? t('Only allowed moves can be chosen.')
    : hardness <= 0
      ? t('Rules are advice: a bonus for what they allow.')
      : t('Only allowed moves can be chosen in {0} % of the steps.', compact(hardness * 100));

function moves(agent: string, services: AgentGuides['services']): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('Moves of {0}', agent)}>
    <table>
      <caption class="visually-hidden">
        ${t('Moves of {0}', agent)}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Service')}</th>
          <th scope="col">${t('Allowed moves')}</th>
          <th scope="col">${t('Rules')}</th>
        </tr>
      </thead>
      <tbody>
        ${services.map(
          ({ service, allowed, rules }) =>
            html`<tr>
              <th scope="row">${service}</th>
              <td class="moves">${mask(allowed)}</td>
              <td>${ruleList(rules)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Holding still is always allowed. */
function mask(allowed: readonly number[]): TemplateResult {
  const all = [...allowed, 0].sort((a, b) => a - b);
  return html`${all.map((move) => html`<span class="move ${move === 0 ? 'hold' : ''}">${move === 0 ? t('hold') : moveLabel(move)}</span>`)}`;
}

function ruleList(rules: AgentGuides['services'][number]['rules']): TemplateResult {
  const matching = rules.filter(({ matches }) => matches).length;
  const summary = rules.length === 0 ? t('No rule is about it') : t('{0} of {1} match', matching, rules.length);
  if (rules.length === 0) return html`<span class="muted">${summary}</span>`;
  return html`<details>
    <summary>${summary}</summary>
    <ul class="rules">
      ${rules.map(
        ({ role, rule, matches, why, scale }) =>
          html`<li class=${matches ? 'matches' : ''}>
            <span class="codicon codicon-${matches ? 'check' : 'circle-slash'}" aria-hidden="true"></span>
            <span
              >${matches ? t('Rule {0} of {1} matches', rule + 1, role) : t('Rule {0} of {1} does not match', rule + 1, role)}:
              ${scale.map(moveLabel).join(', ')}</span
            >
            ${explanation(why)}
          </li>`,
      )}
    </ul>
  </details>`;
}

const explanation = (why: readonly string[]): TemplateResult => html`<code class="why">${why.join('\n')}</code>`;

function rewards(agent: string, goals: AgentGuides['goals']): TemplateResult {
  const number = (value: number | null): string => (value === null ? t('no number') : compact(value));
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('Goals of {0}', agent)}>
    <table>
      <caption class="visually-hidden">
        ${t('Goals of {0}', agent)}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Goal')}</th>
          <th scope="col">${t('Duty')}</th>
          <th scope="col">${t('Value')}</th>
          <th scope="col">${t('Adds to the reward')}</th>
        </tr>
      </thead>
      <tbody>
        ${goals.map(
          (goal) =>
            html`<tr>
              <th scope="row">
                ${goal.mission}:
                ${goal.goal}${goal.satisfied === undefined ? nothing : goal.satisfied ? t(' (reached)') : t(' (not reached)')}
              </th>
              <td>
                ${goal.duty === 'obligation' ? t('obligation') : t('permission')}${goal.holds ? nothing : t(', not at this time')}
              </td>
              <td>
                <details>
                  <summary>${number(goal.reward)}</summary>
                  ${explanation(goal.why)}
                </details>
              </td>
              <td>${number(goal.counts)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
