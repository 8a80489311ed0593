/** What the charts say, as tables. */
import { csv } from '../shared/csv.ts';
import { t } from '../shared/l10n.ts';
import { silhouetteOrder } from './draw-silhouettes.ts';
import type { Scene } from './scene.ts';
import type { ChartName } from './state.ts';
import { movesInWords, sequenceName } from './labels.ts';

export type Cell = string | number;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Where each row is a sequence: which. */
  readonly items?: readonly number[];
}

export function tableOf(chart: ChartName, scene: Scene): Table {
  switch (chart) {
    case 'dendrogram':
      return mergesTable(scene);
    case 'sequences':
      return sequencesTable(scene);
    case 'map':
      return mapTable(scene);
    case 'silhouettes':
      return silhouettesTable(scene);
    case 'means':
      return meansTable(scene);
  }
}

/** From the last merge, which joins everything, down. */
function mergesTable({ model }: Scene): Table {
  const { left, right, height } = model.analysis.linkage;
  const { size } = model.layout;
  return {
    columns: [t('groups before'), t('distance'), t('sequences of one'), t('sequences of the other')],
    rows: left.map((_, row) => [left.length + 1 - row, height[row], size[left[row]], size[right[row]]]).reverse(),
  };
}

function sequencesTable(scene: Scene): Table {
  const { model, grouping, rows, time, shown } = scene;
  const items = model.layout.order.slice(rows.from, rows.to).filter((item) => shown[item]);
  return {
    columns: [t('sequence'), t('role'), t('group'), t('J'), t('moves')],
    rows: items.map((item) => [
      sequenceName(model, item),
      model.analysis.roles[model.analysis.items.role[item]],
      grouping.labels[item] + 1,
      model.analysis.items.objective[item] ?? '',
      movesInWords(model, model.rows[time][item] ?? []),
    ]),
    items,
  };
}

function mapTable({ model, grouping, shown }: Scene): Table {
  const { items: columns } = model.analysis;
  const items = model.layout.order.filter((item) => shown[item]);
  return {
    columns: [t('sequence'), t('group'), t('first component'), t('second component')],
    rows: items.map((item) => [sequenceName(model, item), grouping.labels[item] + 1, columns.x[item], columns.y[item]]),
    items,
  };
}

function silhouettesTable(scene: Scene): Table {
  const { model, grouping, shown } = scene;
  const items = silhouetteOrder(scene).filter((item) => shown[item]);
  const silhouettes = grouping.itemSilhouettes ?? [];
  return {
    columns: [t('sequence'), t('group'), t('silhouette')],
    rows: items.map((item) => [sequenceName(model, item), grouping.labels[item] + 1, silhouettes[item] / 100]),
    items,
  };
}

function meansTable({ model }: Scene): Table {
  const { cuts, suggested } = model.analysis;
  return {
    columns: [t('groups'), t('height of the cut'), t('mean silhouette'), t('remark')],
    rows: cuts.map(({ groups, height, silhouette }) => [
      groups,
      height,
      silhouette,
      groups === suggested.groups ? t('suggested') : '',
    ]),
  };
}

export const csvOf = ({ columns, rows }: Table): string => csv([columns, ...rows]);
