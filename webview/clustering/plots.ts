/** The charts on the page: where they stand, what is pointed at in them, and what pointer and keys do. */
import { t } from '../shared/l10n.ts';
import type { Box } from '../shared/picture.ts';
import type { Pen } from '../shared/pen.ts';
import { CHART_KINDS } from './charts.ts';
import { heightOfCut } from './dendrogram.ts';
import { countAtX, itemAtY } from './draw-rows.ts';
import { countAtMean, silhouetteOrder } from './draw-silhouettes.ts';
import { Plot, type Place } from './plot.ts';
import { focusAt, isOnCut, moveAt, moveOf } from './pointing.ts';
import type { Scene } from './scene.ts';
import { CHARTS, type ChartName, type Focus, type Rows } from './state.ts';
import { cutInWords, groupNumber, groupRole, sequenceName } from './labels.ts';

/** What the charts ask of the view. */
export interface ChartsOwner {
  /** Undefined while there is nothing to draw. */
  scene(): Scene | undefined;
  selected(): Focus | null;
  select(focus: Focus | null): void;
  /** Cuts into so many groups, or as many as can be. */
  cut(groups: number): void;
  /** null = all. */
  showRows(rows: Rows | null): void;
  /** Something else is pointed at, or nothing; `note`: of the place. */
  hovered(focus: Focus | undefined, note: string): void;
}

/** Fewest rows that can be zoomed to. */
const CLOSEST = 4;
const ZOOM_STEP = 1.5;

const hasRows = (chart: ChartName): boolean => chart === 'dendrogram' || chart === 'sequences';

export class Charts {
  readonly #owner: ChartsOwner;
  readonly #plots = new Map<ChartName, { readonly host: HTMLElement; readonly plot: Plot }>();
  #hovered: Focus | undefined;
  #note = '';
  #isCutHeld = false;
  /** The step that the keys are at. */
  #step = 0;

  constructor(owner: ChartsOwner) {
    this.#owner = owner;
  }

  get hovered(): Focus | undefined {
    return this.#hovered;
  }

  get note(): string {
    return this.#note;
  }

  /** Puts a chart into each place below an element that is for one, <... class="plot" data-chart="map">. */
  place(root: HTMLElement): void {
    const places = new Map([...root.querySelectorAll<HTMLElement>('.plot')].map((host) => [host.dataset.chart, host]));
    for (const chart of CHARTS) {
      const known = this.#plots.get(chart);
      const host = places.get(chart);
      if (known?.host === host) continue;
      known?.plot.dispose();
      this.#plots.delete(chart);
      if (host) this.#plots.set(chart, { host, plot: this.#plotIn(host, chart) });
    }
  }

  /** The scene has changed. */
  redraw(): void {
    for (const { plot } of this.#plots.values()) plot.redraw();
  }

  /** What is selected has changed. */
  remark(): void {
    for (const { plot } of this.#plots.values()) plot.remark();
  }

  hover(focus: Focus | undefined, note = ''): void {
    if (note === this.#note && JSON.stringify(focus) === JSON.stringify(this.#hovered)) return;
    this.#hovered = focus;
    this.#note = note;
    this.remark();
    this.#owner.hovered(focus, note);
  }

  /** Shows rows that hold a group, and not many more. */
  zoomTo(scene: Scene, group: number): void {
    const rows = scene.grouping.groups[group].items.map((item) => scene.model.layout.rowOf[item]);
    const from = rows.reduce((least, row) => Math.min(least, row), Infinity);
    const to = rows.reduce((most, row) => Math.max(most, row + 1), 0);
    this.#showRows(scene, from, Math.max(CLOSEST, to - from));
  }

  /** Zooms the rows around a row; a factor below 1 shows more. */
  #zoom(scene: Scene, factor: number, row: number): void {
    const { from, to } = scene.rows;
    const size = Math.max(CLOSEST, Math.round((to - from) / factor));
    const share = (row - from) / (to - from);
    this.#showRows(scene, Math.round(row - share * size), size);
  }

  #showRows({ model }: Scene, first: number, size: number): void {
    const from = Math.min(model.count - size, Math.max(0, first));
    this.#owner.showRows(size >= model.count ? null : { from, to: from + size });
  }

  #plotIn(host: HTMLElement, chart: ChartName): Plot {
    const kind = CHART_KINDS[chart];
    const withScene =
      <R>(use: (scene: Scene) => R, otherwise: R): (() => R) =>
      () => {
        const scene = this.#owner.scene();
        return scene ? use(scene) : otherwise;
      };
    return new Plot(host, {
      label: `${kind.title}. ${kind.help}`,
      keys: 'ArrowUp ArrowDown ArrowLeft ArrowRight Home End Enter Escape',
      draw: (pen, box) => withScene((scene) => kind.draw(pen, scene, box), undefined)(),
      mark: (pen, box) => withScene((scene) => this.#drawMarks(chart, pen, scene, box), undefined)(),
      point: (at, isDown) => withScene((scene) => this.#onPoint(chart, scene, at, isDown), undefined)(),
      press: (at) => withScene((scene) => this.#onPress(chart, scene, at), undefined)(),
      key: (event) => withScene((scene) => this.#onKey(chart, scene, event), false)(),
      spoken: withScene((scene) => this.#spoken(chart, scene), ''),
      ...(hasRows(chart)
        ? {
            wheel: (at: Place, steps: number) =>
              withScene((scene) => {
                const item = itemAtY(scene, at.box, at.y);
                if (item !== undefined) this.#zoom(scene, ZOOM_STEP ** -steps, scene.model.layout.rowOf[item]);
              }, undefined)(),
          }
        : {}),
      ...(chart === 'dendrogram'
        ? {
            cursor: (at: Place) =>
              withScene((scene) => (this.#isCutHeld || isOnCut(scene, at) ? 'ew-resize' : 'default'), 'default')(),
          }
        : {}),
    });
  }

  #drawMarks(chart: ChartName, pen: Pen, scene: Scene, box: Box): void {
    const { mark } = CHART_KINDS[chart];
    const selected = this.#owner.selected();
    if (selected) mark(pen, scene, box, selected, true);
    if (this.#hovered && !this.#isCutHeld) mark(pen, scene, box, this.#hovered, false);
  }

  #onPoint(chart: ChartName, scene: Scene, at: Place | undefined, isDown: boolean): void {
    if (!isDown) this.#isCutHeld = false;
    if (at && this.#isCutHeld) {
      this.#owner.cut(countAtX(scene, at.box, at.x));
      return;
    }
    if (!at) {
      this.hover(undefined);
      return;
    }
    if (chart === 'means') return;
    this.hover(focusAt(chart, scene, at), chart === 'sequences' ? moveAt(scene, at) : '');
  }

  #onPress(chart: ChartName, scene: Scene, at: Place): void {
    if (chart === 'dendrogram' && isOnCut(scene, at)) {
      this.#isCutHeld = true;
      return;
    }
    if (chart === 'means') {
      const count = countAtMean(scene, at.box, at.x);
      if (count !== undefined) this.#owner.cut(count);
      return;
    }
    this.#owner.select(focusAt(chart, scene, at) ?? null);
  }

  #onKey(chart: ChartName, scene: Scene, { key }: KeyboardEvent): boolean {
    const { model, grouping } = scene;
    if (key === 'Escape') {
      if (!this.#hovered && !this.#owner.selected()) return false;
      this.hover(undefined);
      this.#owner.select(null);
      return true;
    }
    if (chart === 'means' || chart === 'dendrogram') {
      const counts: Readonly<Record<string, number>> = {
        ArrowLeft: grouping.count - 1,
        ArrowRight: grouping.count + 1,
        ...(chart === 'means' ? { Home: 1, End: model.most } : {}),
      };
      if (key in counts) {
        this.#owner.cut(counts[key]);
        return true;
      }
      if (chart === 'means') return false;
    }
    if (key === 'Enter' || key === ' ') {
      if (!this.#hovered) return false;
      this.#owner.select(this.#hovered);
      return true;
    }
    return this.#walk(chart, scene, key) || (hasRows(chart) && this.#zoomByKey(scene, key));
  }

  /** From sequence to sequence in the order of the chart, and in the sequences from step to step. */
  #walk(chart: ChartName, scene: Scene, key: string): boolean {
    const { model, rows } = scene;
    const order = chart === 'silhouettes' ? silhouetteOrder(scene) : model.layout.order;
    const here = this.#hovered ?? this.#owner.selected();
    const place = here && 'item' in here ? order.indexOf(here.item) : -1;
    const first = chart === 'silhouettes' ? 0 : rows.from;
    const places: Readonly<Record<string, number>> = {
      ArrowDown: place < 0 ? first : place + 1,
      ArrowUp: place < 0 ? first : place - 1,
      Home: 0,
      End: order.length - 1,
    };
    const isStep = chart === 'sequences' && (key === 'ArrowLeft' || key === 'ArrowRight');
    if (!(key in places) && !isStep) return false;
    const item = order[isStep ? Math.max(0, place) : Math.min(order.length - 1, Math.max(0, places[key]))];
    if (item === undefined) return false;
    if (isStep) this.#step = Math.min(model.steps - 1, Math.max(0, this.#step + (key === 'ArrowLeft' ? -1 : 1)));
    const row = model.layout.rowOf[item];
    if (row < rows.from || row >= rows.to) {
      const size = rows.to - rows.from;
      this.#showRows(scene, row < rows.from ? row : row - size + 1, size);
    }
    this.hover({ item }, chart === 'sequences' ? moveOf(scene, item, this.#step) : '');
    return true;
  }

  #zoomByKey(scene: Scene, key: string): boolean {
    const { model, rows } = scene;
    const here = this.#hovered ?? this.#owner.selected();
    const middle = Math.floor((rows.from + rows.to) / 2);
    const row = here && 'item' in here ? model.layout.rowOf[here.item] : middle;
    if (key === '+' || key === '=') this.#zoom(scene, ZOOM_STEP, row);
    else if (key === '-') this.#zoom(scene, 1 / ZOOM_STEP, row);
    else if (key === '0') this.#owner.showRows(null);
    else return false;
    return true;
  }

  #spoken(chart: ChartName, scene: Scene): string {
    const { model, grouping } = scene;
    if (!this.#hovered && (chart === 'means' || chart === 'dendrogram'))
      return cutInWords(grouping, heightOfCut(model.analysis.linkage, grouping.count));
    const focus = this.#hovered ?? this.#owner.selected();
    if (!focus) return '';
    if ('group' in focus) return groupNumber(focus.group);
    const group = grouping.labels[focus.item];
    const isSelected = JSON.stringify(this.#owner.selected()) === JSON.stringify(focus);
    return [
      sequenceName(model, focus.item),
      `${groupNumber(group)}, ${groupRole(grouping.groups[group])}`,
      this.#note,
      isSelected ? t('selected') : '',
    ]
      .filter((part) => part !== '')
      .join('; ');
  }
}
