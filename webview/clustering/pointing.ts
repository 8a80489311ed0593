/** Finds what is under the pointer. */
import { t } from '../shared/l10n.ts';
import { itemAtPoint } from './draw-map.ts';
import { cutX, itemAtY, stepAtX } from './draw-rows.ts';
import { itemAtBar } from './draw-silhouettes.ts';
import type { Place } from './plot.ts';
import type { Scene } from './scene.ts';
import type { ChartName, Focus } from './state.ts';

/** Pixels around the cut that take hold of it. */
const GRIP = 9;

export const isOnCut = (scene: Scene, { x, box }: Place): boolean => Math.abs(x - cutX(scene, box)) <= GRIP;

/** In the dendrogram a group, elsewhere a sequence. */
export function focusAt(chart: ChartName, scene: Scene, { x, y, box }: Place): Focus | undefined {
  const item = itemAt(chart, scene, { x, y, box });
  if (item === undefined) return undefined;
  return chart === 'dendrogram' ? { group: scene.grouping.labels[item] } : { item };
}

function itemAt(chart: ChartName, scene: Scene, { x, y, box }: Place): number | undefined {
  switch (chart) {
    case 'dendrogram':
    case 'sequences':
      return itemAtY(scene, box, y);
    case 'map':
      return itemAtPoint(scene, box, x, y);
    case 'silhouettes':
      return itemAtBar(scene, box, y);
    case 'means':
      return undefined;
  }
}

/** The move there, in words; empty where none is. */
export function moveAt(scene: Scene, { x, y, box }: Place): string {
  const item = itemAtY(scene, box, y);
  const step = stepAtX(scene, box, x);
  return item === undefined || step === undefined ? '' : moveOf(scene, item, step);
}

export function moveOf({ model, time }: Scene, item: number, step: number): string {
  const symbol = model.rows[time][item]?.[step];
  return symbol === undefined ? '' : t('decision {0}: {1}', step + 1, model.analysis.moves[symbol].text);
}
