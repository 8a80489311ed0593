/** The controls above the charts: the cut, the filters, and how sequences are drawn. */
import { html, nothing, type TemplateResult } from 'lit';
import { button, dropdown, iconButton, slider } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { heightOfCut } from './dendrogram.ts';
import type { Scene } from './scene.ts';
import { FILTERS, type FilterName, type State } from './state.ts';
import { cutInWords, FILTER_LABELS, valuesOf } from './labels.ts';

/** The number of groups, and the quality of the cut. */
export function cutSection({ model, grouping }: Scene, cut: (groups: number) => void): TemplateResult {
  const { analysis, count, most } = model;
  const { suggested, available, purity, stability, seeds, groups } = analysis;
  const isSuggested = grouping.count === suggested.groups;
  const sample =
    available > count
      ? t('{0} of {1} action sequences (an even sample)', count, available)
      : t('{0} action sequences', count);
  return html`<div class="cut-tools">
      <h2 id="cut">${t('Cut')}</h2>
      ${slider({
        label: t('Groups'),
        value: grouping.count,
        min: 1,
        max: most,
        step: 1,
        text: String(grouping.count),
        change: cut,
      })}
      ${button({
        label: t('Suggested Cut'),
        disabled: isSuggested,
        click: () => cut(suggested.groups),
      })}
    </div>
    <p class="cut-facts" role="status">
      <b>${cutInWords(grouping, heightOfCut(analysis.linkage, grouping.count))}.</b>
      ${suggested.groups > 1 ? t('Suggested: {0}', suggested.reason) : t('No cut is suggested.')}
    </p>
    <p class="muted">
      ${sample};
      ${seeds.length === 1 ? t('1 seed') : t('{0} seeds', seeds.length)}${
        groups.length > 1 ? t('; purity of the analysis {0}', purity.toFixed(2)) : nothing
      }${stability === undefined ? nothing : t(', stability over seeds {0}', stability.toFixed(2))}
    </p>`;
}

/** Filters, and how the sequences are drawn. */
export function rowTools(
  { model, shown }: Scene,
  { time, colors, filters, rows }: State,
  change: (change: Partial<State>) => void,
): TemplateResult {
  const passing = shown.filter(Boolean).length;
  const filter = (name: FilterName) => {
    const values = [...new Set(valuesOf(model, name))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
    if (values.length < 2) return nothing;
    return dropdown({
      label: FILTER_LABELS[name],
      value: filters[name] ?? '',
      options: [{ value: '', label: t('all') }, ...values.map((value) => ({ value, label: value }))],
      change: (value) => {
        const others = Object.fromEntries(Object.entries(filters).filter(([key]) => key !== name));
        change({ filters: value === '' ? others : { ...others, [name]: value } });
      },
    });
  };
  return html`<div class="bar" role="group" aria-label=${t('What stands out')}>${FILTERS.map(filter)}</div>
    ${
      Object.keys(filters).length > 0
        ? html`<span class="muted">${t('{0} of {1} stand out', passing, model.count)}</span>`
        : nothing
    }
    <div class="bar" role="group" aria-label=${t('How sequences are drawn')}>
      ${dropdown({
        label: t('Time'),
        value: time,
        options: [
          { value: 'own', label: t('their own') },
          { value: 'warped', label: t('warped onto the most central') },
        ],
        change: (chosen) => change({ time: chosen }),
      })}
      ${dropdown({
        label: t('Color'),
        value: colors,
        options: [
          { value: 'direction', label: t('direction and size') },
          { value: 'service', label: t('service') },
        ],
        change: (chosen) => change({ colors: chosen }),
      })}
      ${iconButton({
        icon: 'screen-normal',
        label: t('Show All Rows'),
        disabled: rows === null,
        click: () => change({ rows: null }),
      })}
    </div>`;
}
