/** The sections of the view, top to bottom. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type {
  ClusterService,
  ClusterStatus,
  Decision,
  Observed,
  PlannedStage,
  Preflight,
  Rung,
  StageName,
  Write,
} from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { duration } from '../shared/numbers.ts';
import { preflight } from './advice.ts';
import { icon, type Events } from './events.ts';
import { headlineOf, restoredInWords } from './headline.ts';
import {
  changesInWords,
  controlOf,
  fixed,
  lasting,
  latency,
  moment,
  outcomeOf,
  percent,
  quantity,
  stageMeaning,
  stageName,
} from './words.ts';

/** Where one is: always in sight, with the way back to the HPA. */
export function identityBar(status: ClusterStatus, { act, open }: Events): TemplateResult {
  const { identity, cluster, project, selectable } = status;
  const { enabled } = status.actions.fallBack;
  return html`<header class="identity">
    <div class="name">
      <h1>${cluster}${project ? html` <small>${project}</small>` : nothing}</h1>
      ${
        selectable
          ? html`<button
              type="button"
              class="icon-button"
              title=${t('Select Cluster')}
              aria-label=${t('Select Cluster')}
              @click=${() => open('selectCluster')}
            >
              ${icon('arrow-swap')}
            </button>`
          : nothing
      }
    </div>
    <dl class="where">
      ${where(t('Context'), identity?.context)} ${where(t('Namespace'), identity?.namespace)}
      ${where(t('Server'), identity?.server)}
    </dl>
    ${
      enabled
        ? html`<button
            type="button"
            class="action danger"
            aria-disabled=${status.run?.state === 'stopping' ? 'true' : nothing}
            @click=${() => act('fallBack')}
          >
            ${icon('discard')} ${t('Fall Back')}
          </button>`
        : nothing
    }
  </header>`;
}

const where = (name: string, value: string | undefined): TemplateResult =>
  html`<div>
    <dt>${name}</dt>
    <dd title=${value ?? nothing}>${value ?? '–'}</dd>
  </div>`;

/** What goes on now, or how it ended. */
export function stateCard(status: ClusterStatus, { act, open }: Events): TemplateResult {
  const { observed, run, ended } = status;
  const { icon: name, title, text, tone } = headlineOf(status);
  const isRunning = run?.state === 'running' && observed !== null && run.upTo !== 'plan';
  const isOver = run !== null && !['starting', 'running', 'stopping'].includes(run.state);
  const confirmation = ended && isOver ? restoredInWords(ended) : undefined;
  return html`<section class="state ${tone}" aria-labelledby="state-title">
    <h2 id="state-title" tabindex="-1">${icon(name, tone === 'active' && name === 'sync')} ${title}</h2>
    ${text ? html`<p>${text}</p>` : nothing} ${isRunning ? stageProgress(observed) : nothing}
    ${isRunning ? steering(status, act) : nothing}
    ${
      confirmation
        ? html`<p class="confirmation ${confirmation.isFine ? 'good' : 'bad'}">
            ${icon(confirmation.isFine ? 'pass' : 'error')} <span>${confirmation.text}</span>
          </p>`
        : nothing
    }
    ${
      run && run.id
        ? html`<p class="muted run">
            ${run.dryRun ? html`${t('dry run')}, ` : nothing}${
              run.state === 'running' && run.pace > 0
                ? html`${t('{0} times as fast as the clock', run.pace)}, `
                : nothing
            }<button type="button" class="link" title=${run.id} @click=${() => open('reveal')}>
              ${t('show the run')}
            </button>
          </p>`
        : nothing
    }
  </section>`;
}

function stageProgress({ time, since, lasts, next, abortWhen }: Observed): TemplateResult {
  const spent = time - since;
  const after = next === '' ? t('then the HPAs get the services back') : t('then {0}', stageName(next));
  return html`<p>
      ${lasts === null ? t('for {0}, until stopped', duration(spent)) : t('{0} of {1}, {2}', duration(spent), duration(lasts), after)}
    </p>
    ${
      lasts === null
        ? nothing
        : html`<progress max=${lasts} value=${Math.min(spent, lasts)} aria-label=${t('Time in this stage')}></progress>`
    }
    ${abortWhen ? html`<p class="muted">${t('Falls back when')} <code>${abortWhen}</code></p>` : nothing}`;
}

/** How a person tells the transfer to stay in its stage, or to go to the next one now. */
function steering({ steering: asked, actions: { hold, promote } }: ClusterStatus, act: Events['act']): TemplateResult {
  const isHeld = asked === 'hold';
  return html`<div class="steering" role="group" aria-label=${t('Steering')}>
      <button
        type="button"
        class="action"
        data-action="hold"
        aria-pressed=${String(isHeld)}
        aria-disabled=${hold.enabled ? nothing : 'true'}
        title=${hold.enabled ? t('Stay in this stage until you let it go on') : hold.why}
        @click=${() => hold.enabled && act('hold')}
      >
        ${icon(isHeld ? 'debug-start' : 'debug-pause')} ${t('Hold')}
      </button>
      <button
        type="button"
        class="action"
        data-action="promote"
        aria-disabled=${promote.enabled ? nothing : 'true'}
        title=${promote.enabled ? t('Go to the next stage after the next decision') : promote.why}
        @click=${() => promote.enabled && act('promote')}
      >
        ${icon('arrow-up')} ${t('Promote')}
      </button>
    </div>
    ${
      asked === 'goOn'
        ? nothing
        : html`<p class="asked">
            ${
              isHeld
                ? t('Held: it stays in this stage until you press Hold again.')
                : t('It goes to the next stage after the next decision.')
            }
          </p>`
    }`;
}

/** The stages, and how far it is. */
export function ladder(rungs: readonly Rung[]): TemplateResult {
  const states: Readonly<Record<Rung['state'], { readonly icon: string; readonly text: string }>> = {
    ahead: { icon: 'circle-large-outline', text: t('ahead') },
    current: { icon: 'circle-large-filled', text: t('now') },
    done: { icon: 'pass-filled', text: t('done') },
    left: { icon: 'circle-slash', text: t('ended here') },
    'not asked for': { icon: 'dash', text: t('not asked for') },
  };
  if (rungs.length === 0) return html`${nothing}`;
  return html`<section aria-labelledby="ladder-title">
    <h2 id="ladder-title">${t('Ladder')}</h2>
    <ol class="ladder">
      ${rungs.map(
        (rung) =>
          html`<li class=${rung.state.replaceAll(' ', '-')} aria-current=${rung.state === 'current' ? 'step' : nothing}>
            ${icon(states[rung.state].icon)}
            <span class="stage">${stageName(rung.stage)}</span>
            <span class="lasts">${lasting(rung.lasts)}</span>
            <span class="meaning"
              ><span class="visually-hidden">${states[rung.state].text}: </span>${stageMeaning(rung)}</span
            >
          </li>`,
      )}
    </ol>
  </section>`;
}

const ACTIONS: readonly {
  readonly action: 'plan' | StageName;
  readonly icon: string;
  readonly about: string;
}[] = [
  { action: 'plan', icon: 'diff', about: t('What each stage would write; writes nothing') },
  { action: 'shadow', icon: 'eye', about: t('The agents decide beside the HPAs; writes nothing') },
  { action: 'floor', icon: 'arrow-circle-up', about: t('Up to raised minimums of the HPAs; these still act') },
  { action: 'canary', icon: 'beaker', about: t('Up to some services under the agents') },
  { action: 'full', icon: 'rocket', about: t('Up to all services under the agents') },
];

/** A button that cannot be used stays in the tab order and says why. */
export function actions(status: ClusterStatus, { act, open }: Events): TemplateResult {
  const { remedy } = status;
  // A ladder need not have a floor.
  const shown = ACTIONS.filter(
    ({ action }) => action !== 'floor' || status.ladder.some(({ stage }) => stage === 'floor'),
  );
  const whys = [...new Set(shown.map(({ action }) => status.actions[action].why).filter((why) => why !== ''))];
  const common = whys.find((why) => shown.every(({ action }) => status.actions[action].why === why));
  const labels = { train: t('Train Policies'), trust: t('Manage Workspace Trust'), problems: t('Show Problems') };
  return html`<section aria-labelledby="actions-title">
    <h2 id="actions-title" class="visually-hidden">${t('Actions')}</h2>
    <div class="actions">
      ${shown.map(({ action, icon: name, about }) => {
        const { enabled, why } = status.actions[action];
        return html`<button
          type="button"
          class="action"
          data-action=${action}
          aria-disabled=${enabled ? nothing : 'true'}
          aria-describedby=${enabled ? nothing : `why-${whys.indexOf(why)}`}
          title=${enabled ? about : why}
          @click=${() => enabled && act(action)}
        >
          ${icon(name)} ${stageName(action)}
        </button>`;
      })}
    </div>
    ${whys.map(
      (why, i) =>
        html`<p id="why-${i}" class=${why === common ? 'why' : 'visually-hidden'}>
          ${why}
          ${
            why === common && remedy !== ''
              ? html`<button type="button" class="link" @click=${() => open(remedy)}>${labels[remedy]}</button>`
              : nothing
          }
        </p>`,
    )}
  </section>`;
}

/** More pips than this are told by a bar. */
const PIPS = 12;

export function services(status: ClusterStatus): TemplateResult {
  const all = status.services;
  if (all.length === 0) return html`${nothing}`;
  const isObserved = all.some(({ desired }) => desired !== null);
  const at = isObserved && status.lastSeen !== null ? t('last observed at {0}', moment(status.lastSeen)) : '';
  return html`<section aria-labelledby="services-title">
    <h2 id="services-title">${t('Services')} ${at ? html`<small>${at}</small>` : nothing}</h2>
    ${isObserved ? nothing : html`<p class="muted">${t('Nothing observed yet: these are the bounds of the specification.')}</p>`}
    <ul class="services">
      ${repeat(all, ({ name }) => name, service)}
    </ul>
  </section>`;
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
            <li class=${pending !== null && pending > 5 ? 'warn' : ''}>
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

/** How well it goes: the objective, and what the guard watches. */
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
  // What hardly changes looks as if it hardly changed.
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

/** What each stage would write. */
export function plan(stages: readonly PlannedStage[], found: Preflight | null): TemplateResult {
  return html`<section aria-labelledby="plan-title">
    <h2 id="plan-title">${t('Plan')}</h2>
    ${found ? preflight(found) : nothing}
    <ol class="plan">
      ${stages.map(
        ({ stage, changes }) =>
          html`<li>
            <h3>${stageName(stage)}</h3>
            ${
              changes.length === 0
                ? html`<p class="muted">${t('writes nothing')}</p>`
                : html`<ul class="diff">
                    ${changes.map(
                      ({ service: name, change, refused }) =>
                        html`<li class=${refused ? 'refused' : ''}>
                          ${icon(refused ? 'error' : 'diff-modified')}<span
                            ><b>${name}</b> ${arrows(change)}${
                              refused ? html`<br />${t('refused: {0}', refused)}` : nothing
                            }</span
                          >
                        </li>`,
                    )}
                  </ul>`
            }
          </li>`,
      )}
    </ol>
  </section>`;
}

const arrows = (text: string) => text.replaceAll('->', '→');

export function decisions({ decisions: all }: ClusterStatus): TemplateResult {
  return html`<section aria-labelledby="decisions-title">
    <h2 id="decisions-title">${t('Last Decisions')}</h2>
    ${
      all.length === 0
        ? html`<p class="muted">
            ${t('None yet. Those that change or hold something are listed here, with the reason.')}
          </p>`
        : html`<ol class="decisions">
            ${repeat(all, ({ decision }) => decision, decisionItem)}
          </ol>`
    }
  </section>`;
}

function decisionItem(decision: Decision): TemplateResult {
  const { icon: name, label } = outcomeOf(decision);
  const { why, caps, agents, drift, objective } = decision;
  const holders = agents.filter(({ reasons, choice }) => reasons.length === 0 && /^hold(, hold)*$/.test(choice));
  const movers = agents.filter((agent) => !holders.includes(agent));
  return html`<li class="decision" data-outcome=${decision.outcome}>
    <details>
      <summary>
        ${icon(name)}
        <span class="what">${changesInWords(decision) || (decision.outcome === 'hold' ? t('hold') : label)}</span>
        <span class="when">${stageName(decision.stage)}, ${moment(decision.time)} ${icon('chevron-right')}</span>
        ${why ? html`<span class="because">${why}</span>` : nothing}
      </summary>
      <p class="muted">
        ${t('Decision {0}: {1}. J {2}, drift {3}.', decision.decision, label, fixed(objective, 3), fixed(drift, 1))}
      </p>
      ${caps.map((cap) => html`<p>${icon('fold')} ${t('Cap: {0}', cap)}</p>`)}
      ${agents.length === 0 ? html`<p>${t('No rule of any role matched.')}</p>` : nothing}
      ${movers.map(
        ({ agent, roles, choice, probability, options, reasons }) =>
          html`<h3>${agent} <small>${roles.join(', ') || t('no role')}</small></h3>
            <p>${t('chose {0} ({1}) of {2} options', choice, percent(probability), options)}</p>
            ${
              reasons.length > 0
                ? html`<ul class="reasons">
                    ${reasons.map((reason) => html`<li>${reason}</li>`)}
                  </ul>`
                : nothing
            }`,
      )}
      ${
        holders.length > 0
          ? html`<p class="muted">
              ${t('A rule matched, and they chose to hold: {0}.', holders.map(({ agent }) => agent).join(', '))}
            </p>`
          : nothing
      }
    </details>
  </li>`;
}

export function writes({ writes: all }: ClusterStatus, { isOpen, toggle }: Events): TemplateResult {
  if (all.length === 0) return html`${nothing}`;
  const refused = all.filter(({ accepted }) => !accepted).length;
  return html`<section aria-labelledby="writes-title">
    <details
      ?open=${isOpen('writes')}
      @toggle=${(event: Event) => toggle('writes', (event.target as HTMLDetailsElement).open)}
    >
      <summary>
        <h2 id="writes-title">${t('Last Writes')}</h2>
        <small>${refused > 0 ? t('{0}, {1} refused', all.length, refused) : all.length}</small>
      </summary>
      <ol class="writes">
        ${all.map(writeItem)}
      </ol>
    </details>
  </section>`;
}

function writeItem({ time, stage, service: name, what, dryRun, accepted, message }: Write): TemplateResult {
  return html`<li class=${accepted ? '' : 'refused'}>
    ${icon(accepted ? (dryRun ? 'circle-outline' : 'pass') : 'error')}
    <span class="what"><b>${name}</b> ${what}${dryRun ? html` <small>${t('dry run')}</small>` : nothing}</span>
    <span class="when">${stageName(stage)}, ${moment(time)}</span>
    ${message ? html`<span class="because">${message}</span>` : nothing}
  </li>`;
}
