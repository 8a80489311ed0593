/** What is shown of the relations: the window of time, the kinds, declared and faint ones. */
import { html, nothing, type TemplateResult } from 'lit';
import type { RelationsMessage } from '../protocol/relations.ts';
import { checkbox, slider } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { toggled } from '../shared/toggled.ts';
import { kindAbout, kindLabel, windowLabel } from './labels.ts';
import { KINDS, type State } from './state.ts';

type Change = (change: Partial<State>) => void;

export function controls(relations: RelationsMessage, state: State, change: Change): TemplateResult {
  const { hidden, declared, faint } = state;
  return html`<div class="controls" role="group" aria-label=${t('What is shown')}>
    ${timeSlider(relations, state, change)}
    ${KINDS.map((kind) =>
      checkbox({
        label: html`<span class="key ${kind}"></span> ${kindLabel(kind)}`,
        checked: !hidden.includes(kind),
        title: kindAbout(kind),
        change: () => change({ hidden: toggled(hidden, kind) }),
      }),
    )}
    ${checkbox({
      label: html`<span class="key declared"></span> ${t('declared links')}`,
      checked: declared,
      change: (on) => change({ declared: on }),
    })}
    ${checkbox({ label: t('not significant'), checked: faint, change: (on) => change({ faint: on }) })}
  </div>`;
}

function timeSlider({ windows }: RelationsMessage, { window }: State, change: Change): TemplateResult {
  const index = Math.min(window, windows.length - 1);
  const shown = windows.at(index);
  if (!shown) return html`${nothing}`;
  if (windows.length === 1) return html`<span class="muted">${t('Time in the episodes')} ${windowLabel(shown)}</span>`;
  return slider({
    label: t('Time in the episodes'),
    value: index,
    min: 0,
    max: windows.length - 1,
    step: 1,
    text: windowLabel(shown),
    change: (chosen) => change({ window: chosen }),
  });
}
