import { clustering } from '../protocol/clustering.ts';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { ChoosableRun } from '../protocol/run-choice.ts';
import type { ToHost } from '../protocol/messages.ts';
import '../shared/base.css';
import '../shared/top-bar.css';
import { connect } from '../shared/channel.ts';
import { iconButton, menu } from '../shared/controls.ts';
import { drawingFile } from '../shared/export.ts';
import { t } from '../shared/l10n.ts';
import type { Pen } from '../shared/pen.ts';
import { onThemeChange, readTheme, type Theme } from '../shared/theme.ts';
import { CHART_KINDS, drawTitled, TITLE_HEIGHT } from './charts.ts';
import './clustering.css';
import type { Inspector, InspectorEvents } from './inspector.ts';
import './inspector.ts';
import { legend, moveLegend } from './legend.ts';
import { addRows, groupingOf, isWhole, modelOf, type Model } from './model.ts';
import { cutSection, header, noGroups, rowTools, wayOut } from './parts.ts';
import { Charts } from './plots.ts';
import type { Scene } from './scene.ts';
import { restore, toggled, type ChartName, type Focus, type State } from './state.ts';
import { tableView } from './table-view.ts';
import { csvOf, tableOf } from './tables.ts';
import { shownBy } from './words.ts';

type Format = 'png' | 'svg' | 'csv';

class ClusteringView extends LitElement {
  readonly #channel = connect<'clustering', State>(clustering.toView, {
    runs: ({ runs, selected, loading }) => {
      this.#runs = runs;
      this.#selected = selected;
      this.#loading = loading;
      this.requestUpdate();
    },
    analysis: (analysis) => {
      // Of another run, what was selected means nothing.
      if (this.#state.directory !== analysis.directory)
        this.#keep({ directory: analysis.directory, groups: null, filters: {}, selected: null, rows: null });
      this.#model = modelOf(analysis);
      this.#missing = undefined;
      this.#charts.hover(undefined);
      this.#redraw();
    },
    rows: (rows) => {
      if (this.#model?.analysis.directory !== rows.directory) return;
      addRows(this.#model, rows);
      this.#redraw();
    },
    missing: (missing) => {
      this.#missing = missing;
      this.requestUpdate();
    },
  });
  #state = restore(this.#channel.kept);
  #runs: readonly ChoosableRun[] | undefined;
  #selected = '';
  #loading = true;
  #model: Model | undefined;
  #missing: { readonly directory: string; readonly why: string } | undefined;
  #theme: Theme = readTheme();
  /** As last made; undefined when something of it has changed. */
  #scene: Scene | undefined;
  readonly #charts = new Charts({
    scene: () => this.#model && this.#sceneOf(this.#model),
    selected: () => this.#state.selected,
    select: (focus) => this.#select(focus),
    cut: (groups) => this.#cut(groups),
    showRows: (rows) => this.#change({ rows }),
    hovered: () => this.#inspect(),
  });
  readonly #inspectorEvents: InspectorEvents = {
    openEpisode: (item) => this.#openEpisode(item),
    selectGroup: (group) => this.#select({ group }),
    zoomTo: (group) => this.#charts.zoomTo(this.#sceneOf(this.#model!), group),
    clear: () => this.#select(null),
  };

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#state.directory !== '') this.#channel.send('restore', { directory: this.#state.directory });
    onThemeChange(() => {
      this.#theme = readTheme();
      this.#redraw();
    });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(): void {
    this.#charts.place(this);
  }

  #keep(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.#channel.keep(this.#state);
  }

  #change(change: Partial<State>): void {
    this.#keep(change);
    this.#redraw();
  }

  #redraw(): void {
    this.#scene = undefined;
    this.#charts.redraw();
    this.requestUpdate();
  }

  #sceneOf(model: Model): Scene {
    if (this.#scene) return this.#scene;
    const { filters, time, colors, rows } = this.#state;
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
    return Math.min(most, this.#state.groups ?? analysis.groups.length) || 1;
  }

  #cut(groups: number): void {
    const model = this.#model;
    if (!model) return;
    const count = Math.min(model.most, Math.max(1, groups));
    if (count === this.#countOf(model)) return;
    const { selected } = this.#state;
    // The numbers of groups are those of one cut.
    const stays = selected && 'item' in selected ? selected : null;
    this.#charts.hover(undefined);
    this.#change({ groups: count === model.analysis.groups.length ? null : count, selected: stays });
  }

  #select(focus: Focus | null): void {
    this.#keep({ selected: focus });
    this.#charts.remark();
    this.requestUpdate();
  }

  /** Without a look at the rest of the page: the pointer moves often. */
  #inspect(): void {
    const inspector = this.querySelector<Inspector>('karma-inspector');
    if (!inspector) return;
    inspector.hovered = this.#charts.hovered;
    inspector.note = this.#charts.note;
  }

  #openEpisode(item: number): void {
    const { directory, items, seeds, agents } = this.#model!.analysis;
    const seed = seeds[items.seed[item]];
    const agent = agents[items.agent[item]];
    this.#channel.send('episode', { directory, seed, episode: items.episode[item], agent });
  }

  readonly #open = (what: ToHost<'clustering'>['open']['what']): void => this.#channel.send('open', { what });

  protected override render(): TemplateResult {
    if (!this.#runs)
      return html`<main class="empty">
        <h1 class="visually-hidden">${t('Clustering')}</h1>
        <vscode-progress-ring aria-label=${t('Reading the runs')}></vscode-progress-ring>
      </main>`;
    const model = this.#model?.analysis.directory === this.#selected ? this.#model : undefined;
    const isComing = model && !(['own', 'silhouettes', 'warped'] as const).every((kind) => isWhole(model, kind));
    return html`${header({
        model,
        runs: this.#runs,
        selected: this.#selected,
        show: (directory) => this.#channel.send('show', { directory }),
        open: this.#open,
      })}
      <main aria-busy=${String(isComing ?? false)}>${model ? this.#content(model) : this.#nothingToShow()}</main>
      ${
        model && model.count > 1
          ? html`<footer>
              <karma-inspector
                .scene=${this.#sceneOf(model)}
                .hovered=${this.#charts.hovered}
                .selected=${this.#state.selected}
                .note=${this.#charts.note}
                .events=${this.#inspectorEvents}
              ></karma-inspector>
            </footer>`
          : nothing
      }`;
  }

  #nothingToShow(): TemplateResult {
    if (this.#loading || this.#missing?.directory !== this.#selected)
      return html`<div class="empty">
        <vscode-progress-ring aria-label=${t('Reading the analysis')}></vscode-progress-ring>
      </div>`;
    const isFirst = this.#selected === '';
    return wayOut(isFirst ? t('No analysis yet') : t('No clustering'), this.#missing.why, isFirst, this.#open);
  }

  #content(model: Model): TemplateResult {
    if (model.count < 2) {
      const why =
        model.count === 0
          ? t('The analysis holds no action sequence. Analyze policies over more episodes.')
          : t('There is one action sequence, and nothing to compare it with. Analyze more episodes.');
      return wayOut(t('Too few sequences'), why, false, this.#open);
    }
    const scene = this.#sceneOf(model);
    return html`${model.analysis.groups.length < 2 ? noGroups(model, this.#open) : nothing}
      <section class="cut" aria-labelledby="cut">${cutSection(scene, (groups) => this.#cut(groups))}</section>
      ${legend(scene, this.#state.selected, {
        select: (group) => {
          const { selected } = this.#state;
          this.#select(selected && 'group' in selected && selected.group === group ? null : { group });
        },
        hover: (group) => this.#charts.hover(group === undefined ? undefined : { group }),
      })}
      <div class="rows-tools">${rowTools(scene, this.#state, (change) => this.#change(change))}</div>
      <div class="rows">${this.#card('dendrogram', scene)} ${this.#card('sequences', scene)}</div>
      <div class="cards">
        ${this.#card('map', scene)} ${this.#card('silhouettes', scene)} ${this.#card('means', scene)}
      </div>`;
  }

  #card(chart: ChartName, scene: Scene): TemplateResult {
    const { title } = CHART_KINDS[chart];
    const asTable = this.#state.tables.includes(chart);
    return html`<section class="card ${chart}" aria-labelledby="title-${chart}">
      <header>
        <h2 id="title-${chart}">${title}</h2>
        ${iconButton({
          icon: asTable ? 'graph' : 'table',
          label: asTable ? t('Show {0} as a Chart', title) : t('Show {0} as a Table', title),
          click: () => this.#change({ tables: toggled(this.#state.tables, chart) }),
        })}
        ${menu(`export-${chart}`, 'export', t('Export {0}', title), [
          { label: t('PNG picture'), click: () => this.#save(chart, 'png') },
          { label: t('SVG picture'), click: () => this.#save(chart, 'svg') },
          { label: t('CSV table'), click: () => this.#save(chart, 'csv') },
        ])}
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
    const scene = this.#sceneOf(this.#model!);
    const name = `clustering-${chart}`;
    if (format === 'csv') {
      const content = csvOf(tableOf(chart, scene));
      this.#channel.send('save', { files: [{ name: `${name}.csv`, content, base64: false }] });
      return;
    }
    const { title, width, height } = CHART_KINDS[chart];
    const drawing = {
      title,
      width,
      height: height(scene) + TITLE_HEIGHT,
      draw: (pen: Pen) => drawTitled(pen, chart, scene, width),
    };
    this.#channel.send('save', { files: [drawingFile(name, format, drawing, this.#theme)] });
  }
}
customElements.define('karma-clustering', ClusteringView);

document.body.append(document.createElement('karma-clustering'));
