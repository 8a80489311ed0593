import { html, nothing, type TemplateResult } from 'lit';
import type { ClusterStatus, Observed } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { duration } from '../shared/numbers.ts';
import { icon, type Events } from './events.ts';
import { headlineOf, restoredInWords } from './headline.ts';
import { stageName } from './labels.ts';

/** The current state of the transfer, or how it ended. */
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
        title=${hold.enabled ? t('Stay in this stage until you release it') : hold.why}
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
