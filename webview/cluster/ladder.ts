/** The ladder, the stages that can be chosen, and what each stage would write. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ClusterStatus, PlannedStage, Preflight, Rung, StageName } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { preflight } from './advice.ts';
import { icon, type Events } from './events.ts';
import { lasting, stageMeaning, stageName } from './labels.ts';

/** The stages, and the current one. */
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
  const labels = {
    train: t('Train Policies'),
    trust: t('Manage Workspace Trust'),
    problems: t('Show Problems'),
    addOrganization: t('Add Organization'),
  };
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
