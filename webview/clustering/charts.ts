/** The five charts of the view: how each is drawn, exported, pointed at and told about. */
import { t } from '../shared/l10n.ts';
import type { Box } from '../shared/picture.ts';
import type { Pen } from '../shared/pen.ts';
import { drawMap, markMap } from './draw-map.ts';
import { drawDendrogram, drawSequences, markRows } from './draw-rows.ts';
import { drawMeans, drawSilhouettes, markSilhouettes } from './draw-silhouettes.ts';
import type { Scene } from './scene.ts';
import type { ChartName, Focus } from './state.ts';

export interface ChartKind {
  readonly title: string;
  readonly draw: (pen: Pen, scene: Scene, box: Box) => void;
  readonly mark: (pen: Pen, scene: Scene, box: Box, focus: Focus, isStrong: boolean) => void;
  /** The keys besides those that walk through the sequences. */
  readonly help: string;
  /** Of an exported picture. */
  readonly width: number;
  readonly height: (scene: Scene) => number;
}

/** So that rows of a picture are told apart, where there are not too many. */
const rowsHeight = ({ rows }: Scene): number => Math.min(1600, Math.max(320, 60 + (rows.to - rows.from) * 12));

const WALK = t('Up and Down walk through the sequences, Enter selects.');

export const CHART_KINDS: Readonly<Record<ChartName, ChartKind>> = {
  dendrogram: {
    title: t('Dendrogram'),
    draw: drawDendrogram,
    mark: markRows,
    help: t('Left and Right move the cut. {0} Plus and Minus zoom, 0 shows all rows.', WALK),
    width: 520,
    height: rowsHeight,
  },
  sequences: {
    title: t('Action sequences'),
    draw: drawSequences,
    mark: markRows,
    help: t('{0} Left and Right go from step to step. Plus and Minus zoom, 0 shows all rows.', WALK),
    width: 900,
    height: rowsHeight,
  },
  map: {
    title: t('Map of the sequences'),
    draw: drawMap,
    mark: markMap,
    help: WALK,
    width: 640,
    height: () => 480,
  },
  silhouettes: {
    title: t('Silhouette of each sequence'),
    draw: drawSilhouettes,
    mark: markSilhouettes,
    help: WALK,
    width: 560,
    height: () => 480,
  },
  means: {
    title: t('Silhouette by number of groups'),
    draw: drawMeans,
    mark: () => undefined,
    help: t('Left and Right choose the number of groups.'),
    width: 560,
    height: () => 320,
  },
};

/** A title above the chart, for exported pictures. */
export const TITLE_HEIGHT = 34;

export function drawTitled(pen: Pen, chart: ChartName, scene: Scene, width: number): void {
  const { title, draw, height } = CHART_KINDS[chart];
  pen.text(14, 22, title, { color: scene.theme.text, size: 15, bold: true, anchor: 'start' });
  draw(pen, scene, { x: 0, y: TITLE_HEIGHT, width, height: height(scene) });
}
