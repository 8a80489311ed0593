/** What colors and shapes mean. */
import { html, svg, type TemplateResult } from 'lit';
import { t } from '../shared/l10n.ts';
import { groupMark } from './inspector.ts';
import { mix, moveColors } from './colors.ts';
import type { Scene } from './scene.ts';
import type { Focus } from './state.ts';
import { groupNumber, groupRole } from './labels.ts';

export interface LegendEvents {
  select(group: number): void;
  hover(group: number | undefined): void;
}

/** The groups, each a switch that selects it. */
export function legend(scene: Scene, selected: Focus | null, { select, hover }: LegendEvents): TemplateResult {
  const isSelected = (group: number) => selected !== null && 'group' in selected && selected.group === group;
  return html`<ul class="groups" aria-label=${t('Groups')}>
    ${scene.grouping.groups.map(
      (group) =>
        html`<li>
          <button
            type="button"
            class="group"
            aria-pressed=${String(isSelected(group.number))}
            @click=${() => select(group.number)}
            @pointerenter=${() => hover(group.number)}
            @pointerleave=${() => hover(undefined)}
          >
            ${groupMark(group.number, scene)} <b>${groupNumber(group.number)}</b> ${groupRole(group)}
            <span class="muted">${group.items.length}</span>
          </button>
        </li>`,
    )}
  </ul>`;
}

/** What the cells of the sequences mean. */
export function moveLegend(scene: Scene): TemplateResult {
  const { model, colors, theme } = scene;
  const { moves, services } = model.analysis;
  const used = moveColors(model, colors, theme);
  const sizes = [...new Set(moves.map(({ move }) => Math.abs(move)))].filter((size) => size > 0).sort((a, b) => a - b);
  const colorOf = (service: number | undefined, move: number) =>
    used[moves.findIndex((known) => known.move === move && (service === undefined || known.service === service))];
  const entries: (readonly [string, string | undefined])[] =
    colors === 'service'
      ? services.map((name, s) => [name, used[moves.findIndex(({ service }) => service === s)]])
      : [...sizes.toReversed().map((size) => -size), ...sizes].map((move) => [
          `${move > 0 ? '+' : '−'}${Math.abs(move)}`,
          colorOf(undefined, move),
        ]);
  return html`<p class="move-legend">
    ${[[t('hold'), used[0] ?? mix(theme.background, theme.text, 0.07)] as const, ...entries]
      .filter(([, color]) => color !== undefined)
      .map(
        ([name, color]) =>
          html`<span
            ><svg viewBox="0 0 12 12" aria-hidden="true">${svg`<rect width="12" height="12" fill=${color} />`}</svg>
            ${name}</span
          >`,
      )}
  </p>`;
}
