import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { button, iconButton } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { markerAt } from '../shared/markers.ts';
import { compact } from '../shared/numbers.ts';
import { groupColor, groupShape } from './colors.ts';
import type { Scene } from './scene.ts';
import type { Focus } from './state.ts';
import { groupNumber, groupRole, sequenceName } from './labels.ts';

export interface InspectorEvents {
  openEpisode(item: number): void;
  selectGroup(group: number): void;
  zoomTo(group: number): void;
  clear(): void;
}

/** The sequence or group that is pointed at or selected, with its actions. */
export class Inspector extends LitElement {
  static override properties = {
    scene: { attribute: false },
    hovered: { attribute: false },
    selected: { attribute: false },
    note: { attribute: false },
  };
  declare scene: Scene;
  declare hovered: Focus | undefined;
  declare selected: Focus | null;
  /** Of the place that is pointed at, such as the move there. */
  declare note: string;
  declare events: InspectorEvents;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const focus = this.hovered ?? this.selected;
    if (!focus)
      return html`<p class="muted">
        ${t('Point at a sequence or a group to find it in all charts; click or press Enter to select it.')}
      </p>`;
    return 'item' in focus ? this.#sequence(focus.item) : this.#group(focus.group);
  }

  #sequence(item: number): TemplateResult {
    const { model, grouping } = this.scene;
    const { items, roles, loads } = model.analysis;
    const group = grouping.labels[item];
    const objective = items.objective[item];
    const percent = grouping.itemSilhouettes?.[item];
    const isSelected = this.#isSelected({ item });
    return html`<p class="what">
        ${groupMark(group, this.scene)} <b>${sequenceName(model, item)}</b>
        <span>${roles[items.role[item]]}</span>
        <span>${t('load {0}', loads[items.load[item]])}</span>
        <span>${t('J {0}', objective === null ? '–' : compact(objective))}</span>
        <span>${t('{0}: {1}', groupNumber(group), groupRole(grouping.groups[group]))}</span>
        ${percent === undefined ? nothing : html`<span>${t('silhouette {0}', (percent / 100).toFixed(2))}</span>`}
        ${this.hovered && this.note !== '' ? html`<span>${this.note}</span>` : nothing}
      </p>
      ${
        isSelected
          ? html`<div class="actions">
              ${button({ label: t('Open Episode'), kind: 'primary', click: () => this.events.openEpisode(item) })}
              ${button({ label: t('Select Its Group'), click: () => this.events.selectGroup(group) })} ${this.#clear()}
            </div>`
          : nothing
      }`;
  }

  #group(number: number): TemplateResult {
    const group = this.scene.grouping.groups[number];
    if (!group) return html`${nothing}`;
    const { items, roles, silhouette } = group;
    return html`<p class="what">
        ${groupMark(number, this.scene)} <b>${groupNumber(number)}</b> <span>${groupRole(group)}</span>
        <span>${items.length === 1 ? t('1 sequence') : t('{0} sequences', items.length)}</span>
        <span>${roles.map(({ role, sequences }) => `${role} ${sequences}`).join(', ')}</span>
        ${silhouette === undefined ? nothing : html`<span>${t('mean silhouette {0}', silhouette.toFixed(2))}</span>`}
      </p>
      ${
        this.#isSelected({ group: number })
          ? html`<div class="actions">
              ${button({ label: t('Zoom to Its Rows'), click: () => this.events.zoomTo(number) })} ${this.#clear()}
            </div>`
          : nothing
      }`;
  }

  #clear(): TemplateResult {
    return iconButton({ icon: 'close', label: t('Clear the Selection'), click: () => this.events.clear() });
  }

  #isSelected(focus: Focus): boolean {
    return JSON.stringify(this.selected) === JSON.stringify(focus);
  }
}
customElements.define('karma-inspector', Inspector);

/** Color and shape of a group. */
export function groupMark(group: number, { theme }: Pick<Scene, 'theme'>): TemplateResult {
  const corners = markerAt(groupShape(group), [7, 7], 5)
    .map((point) => point.join())
    .join(' ');
  return html`<svg class="group-mark" viewBox="0 0 14 14" aria-hidden="true">
    ${svg`<polygon points=${corners} fill=${groupColor(group, theme)} />`}
  </svg>`;
}
