import { html, nothing, type TemplateResult } from 'lit';
import { clustering } from '../protocol/clustering.ts';
import type { ToHost } from '../protocol/messages.ts';
import { connect } from '../shared/channel.ts';
import { chartTools } from '../shared/chart-tools.ts';
import { button } from '../shared/controls.ts';
import { drawingFile, textFile } from '../shared/export.ts';
import type { Format } from '../shared/export-menu.ts';
import { t } from '../shared/l10n.ts';
import type { Pen } from '../shared/pen.ts';
import { RunView } from '../shared/run-view.ts';
import { onThemeChange, readTheme, type Theme } from '../shared/theme.ts';
import { toggled } from '../shared/toggled.ts';
import { CHART_KINDS, drawTitled, TITLE_HEIGHT } from './charts.ts';
import './clustering.css';
import { cutSection, rowTools } from './cut-tools.ts';
import { noGroups, offers } from './empty.ts';
import type { Inspector, InspectorEvents } from './inspector.ts';
import './inspector.ts';
import { legend, moveLegend } from './legend.ts';
import { addRows, groupingOf, isWhole, modelOf, type Model } from './model.ts';
import { Charts } from './plots.ts';
import type { Scene } from './scene.ts';
import { restore, type ChartName, type Focus, type State } from './state.ts';
import { tableView } from './table-view.ts';
import { csvOf, tableOf } from './tables.ts';
import { shownBy } from './labels.ts';

class ClusteringView extends RunView<State, Model> {
  protected override readonly channel = connect<'clustering', State>(clustering.toView, {
    ...this.runHandlers,
    analysis: (analysis) => {
      // A selection means nothing for another run.
      if (this.state.directory !== analysis.directory)
        this.keep({ directory: analysis.directory, groups: null, filters: {}, selected: null, rows: null });
      this.#charts.hover(undefined);
      this.receive(modelOf(analysis));
      this.#redraw();
    },
    rows: (rows) => {
      if (this.received?.directory !== rows.directory) return;
      addRows(this.received, rows);
      this.#redraw();
    },
  });
  protected override state = restore(this.channel.kept);
  protected override readonly heading = t('Clustering');
  #theme: Theme = readTheme();
  /** The scene as last made; undefined when something in it has changed. */
  #scene: Scene | undefined;
  readonly #charts = new Charts({
    scene: () => this.received && this.#sceneOf(this.received),
    selected: () => this.state.selected,
    select: (focus) => this.#select(focus),
    cut: (groups) => this.#cut(groups),
    showRows: (rows) => this.change({ rows }),
    hovered: () => this.#inspect(),
  });
  readonly #inspectorEvents: InspectorEvents = {
    openEpisode: (item) => this.#openEpisode(item),
    selectGroup: (group) => this.#select({ group }),
    zoomTo: (group) => {
      if (this.received) this.#charts.zoomTo(this.#sceneOf(this.received), group);
    },
    clear: () => this.#select(null),
  };

  override connectedCallback(): void {
    super.connectedCallback();
    onThemeChange(() => {
      this.#theme = readTheme();
      this.#redraw();
    });
  }

  protected override updated(): void {
    this.#charts.place(this);
  }

  /** The selection stays until the content of another run is there. */
  protected override onSelected(): void {
    this.requestUpdate();
  }

  protected override change(change: Partial<State>): void {
    this.keep(change);
    this.#redraw();
  }

  #redraw(): void {
    this.#scene = undefined;
    this.#charts.redraw();
    this.requestUpdate();
  }

  #sceneOf(model: Model): Scene {
    if (this.#scene) return this.#scene;
    const { filters, time, colors, rows } = this.state;
    const all = { from: 0, to: model.count };
    this.#scene = {
      model,
      grouping: groupingOf(model, this.#countOf(model)),
      shown: shownBy(model, filters),
      rows: rows && rows.to <= model.count ? rows : all,
      time,
      colors,
      theme: this.#theme,
    };
    return this.#scene;
  }

  #countOf({ analysis, most }: Model): number {
    return Math.min(most, this.state.groups ?? analysis.groups.length) || 1;
  }

  #cut(groups: number): void {
    const model = this.received;
    if (!model) return;
    const count = Math.min(model.most, Math.max(1, groups));
    if (count === this.#countOf(model)) return;
    const { selected } = this.state;
    // The numbers of groups are those of one cut.
    const stays = selected && 'item' in selected ? selected : null;
    this.#charts.hover(undefined);
    this.change({ groups: count === model.analysis.groups.length ? null : count, selected: stays });
  }

  #select(focus: Focus | null): void {
    this.keep({ selected: focus });
    this.#charts.remark();
    this.requestUpdate();
  }

  /** Updates the inspector alone, because the pointer moves often. */
  #inspect(): void {
    const inspector = this.querySelector<Inspector>('karma-inspector');
    if (!inspector) return;
    inspector.hovered = this.#charts.hovered;
    inspector.note = this.#charts.note;
  }

  #openEpisode(item: number): void {
    if (!this.received) return;
    const { directory, items, seeds, agents } = this.received.analysis;
    const seed = seeds[items.seed[item]];
    const agent = agents[items.agent[item]];
    this.channel.send('episode', { directory, seed, episode: items.episode[item], agent });
  }

  readonly #open = (what: ToHost<'clustering'>['open']['what']): void => this.channel.send('open', { what });

  protected override titleOf({ analysis }: Model): string {
    return t('Clustering of {0}', analysis.organization);
  }

  protected override tools(): TemplateResult {
    return html`${this.revealButton()} ${button({ label: t('Roles and Goals'), click: () => this.#open('roles') })}
    ${button({ label: t('Relations'), click: () => this.#open('relations') })}`;
  }

  protected override isBusy(model: Model): boolean {
    return !(['own', 'silhouettes', 'warped'] as const).every((kind) => isWhole(model, kind));
  }

  protected override footer(model: Model): TemplateResult {
    if (model.count < 2) return html`${nothing}`;
    return html`<footer>
      <karma-inspector
        .scene=${this.#sceneOf(model)}
        .hovered=${this.#charts.hovered}
        .selected=${this.state.selected}
        .note=${this.#charts.note}
        .events=${this.#inspectorEvents}
      ></karma-inspector>
    </footer>`;
  }

  protected override empty(why: string, isFirst: boolean): TemplateResult {
    return offers(isFirst ? t('No analysis yet') : t('No clustering'), why, isFirst, this.#open);
  }

  protected override content(model: Model): TemplateResult {
    if (model.count < 2) {
      const why =
        model.count === 0
          ? t('The analysis holds no action sequence. Analyze policies over more episodes.')
          : t('There is one action sequence, and nothing to compare it with. Analyze more episodes.');
      return offers(t('Too few sequences'), why, false, this.#open);
    }
    const scene = this.#sceneOf(model);
    return html`${model.analysis.groups.length < 2 ? noGroups(model, this.#open) : nothing}
      <section class="cut" aria-labelledby="cut">${cutSection(scene, (groups) => this.#cut(groups))}</section>
      ${legend(scene, this.state.selected, {
        select: (group) => {
          const { selected } = this.state;
          this.#select(selected && 'group' in selected && selected.group === group ? null : { group });
        },
        hover: (group) => this.#charts.hover(group === undefined ? undefined : { group }),
      })}
      <div class="rows-tools">${rowTools(scene, this.state, (change) => this.change(change))}</div>
      <div class="rows">${this.#card('dendrogram', scene)} ${this.#card('sequences', scene)}</div>
      <div class="cards">
        ${this.#card('map', scene)} ${this.#card('silhouettes', scene)} ${this.#card('means', scene)}
      </div>`;
  }

  #card(chart: ChartName, scene: Scene): TemplateResult {
    const { title } = CHART_KINDS[chart];
    const asTable = this.state.tables.includes(chart);
    return html`<section class="card ${chart}" aria-labelledby="title-${chart}">
      <header>
        <h2 id="title-${chart}">${title}</h2>
        ${chartTools({
          id: chart,
          title,
          asTable,
          chartIcon: 'graph',
          toggleTable: () => this.change({ tables: toggled(this.state.tables, chart) }),
          save: (format) => this.#save(chart, format),
        })}
      </header>
      ${chart === 'sequences' ? moveLegend(scene) : nothing}
      ${
        asTable
          ? html`<div class="plot-area">
              ${tableView(title, tableOf(chart, scene), (item) => this.#select({ item }))}
            </div>`
          : html`<div class="plot-area"><div class="plot" data-chart=${chart}></div></div>`
      }
    </section>`;
  }

  #save(chart: ChartName, format: Format): void {
    if (!this.received) return;
    const scene = this.#sceneOf(this.received);
    const name = `clustering-${chart}`;
    if (format === 'csv') {
      this.channel.send('save', { files: [textFile(`${name}.csv`, csvOf(tableOf(chart, scene)))] });
      return;
    }
    const { title, width, height } = CHART_KINDS[chart];
    const drawing = {
      title,
      width,
      height: height(scene) + TITLE_HEIGHT,
      draw: (pen: Pen) => drawTitled(pen, chart, scene, width),
    };
    this.channel.send('save', { files: [drawingFile(name, format, drawing, this.#theme)] });
  }
}
customElements.define('karma-clustering', ClusteringView);

document.body.append(document.createElement('karma-clustering'));
