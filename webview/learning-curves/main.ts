import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { learningCurves, type Query, type RunInfo } from '../protocol/learning-curves.ts';
import '../shared/base.css';
import '../shared/empty.css';
import { connect } from '../shared/channel.ts';
import { button, checkbox, dropdown, iconButton, slider } from '../shared/controls.ts';
import { pictureFile } from '../shared/export.ts';
import { exportMenu, type Format } from '../shared/export-menu.ts';
import { t } from '../shared/l10n.ts';
import { dashOf } from '../shared/markers.ts';
import type { ChartData } from '../shared/series.ts';
import { swatch } from '../shared/swatch.ts';
import { onThemeChange, readTheme, type Theme } from '../shared/theme.ts';
import { toggled } from '../shared/toggled.ts';
import type { CardEvents, ChartCard } from './chart-card.ts';
import './chart-card.ts';
import { chartDataOf, runLabel } from './chart-data.ts';
import { CurveStore } from './curve-store.ts';
import './learning-curves.css';
import { METRICS, type Metric } from './metrics.ts';
import { restore, withRuns, type State } from './state.ts';
import { stateIcon, stateInWords } from './run-state-labels.ts';

/** A dragged slider asks so often (ms) at most. */
const QUERY_INTERVAL = 120;
/** A bucket for so many pixels: its least and greatest value stand beside one another. */
const PIXELS_A_BUCKET = 2.5;
const BUCKETS = { least: 80, most: 700 };
/** A card of the grid is about this wide. */
const CARD_WIDTH = 420;

class LearningCurves extends LitElement {
  readonly #channel = connect<'learning-curves', State>(learningCurves.toView, {
    runs: ({ runs, selected }) => this.#onRuns(runs, selected),
    curves: (curves) => {
      if (curves.query !== this.#query) return;
      const before = this.#curves.extent;
      this.#curves.put(curves);
      const { extent } = this.#curves;
      // All charts have the same x axis.
      if (before?.from !== extent?.from || before?.to !== extent?.to) this.#charts.clear();
      this.#stale.add(curves.metric);
      this.requestUpdate();
    },
    answered: ({ query, at }) => {
      if (query !== this.#query) return;
      this.#curves.answered(query);
      this.#answered = true;
      this.#newestAt = at;
      this.#redraw();
    },
  });
  #state = restore(this.#channel.kept);
  /** Undefined until the host has told. */
  #runs: readonly RunInfo[] | undefined;
  readonly #curves = new CurveStore();
  #theme: Theme = readTheme();
  #cursor: number | undefined;
  /** Number of the query that is being answered. */
  #query = 0;
  #asked = '';
  #askedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #answered = false;
  #newestAt = 0;
  /** Charts as last made, and those of which something has changed since. */
  readonly #charts = new Map<string, ChartData>();
  readonly #stale = new Set<string>();
  readonly #events: CardEvents = {
    zoom: (range) => this.#change({ range }),
    cursor: (x) => {
      this.#cursor = x;
      this.requestUpdate();
    },
    maximize: (metric) => this.#change({ maximized: this.#state.maximized === metric ? null : metric }),
    table: (metric) => this.#change({ tables: toggled(this.#state.tables, metric) }),
    save: (metric, format) => this.#save([metric], format),
  };

  override connectedCallback(): void {
    super.connectedCallback();
    onThemeChange(() => {
      this.#theme = readTheme();
      this.#redraw();
    });
    addEventListener('resize', () => this.#ask());
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #onRuns(runs: readonly RunInfo[], selected: readonly string[] | null): void {
    const before = JSON.stringify(
      this.#runs?.map(({ hpa, seeds, createdAt }) => [hpa, createdAt, seeds.map((seed) => seed.convergedAt)]),
    );
    const first = this.#runs === undefined;
    this.#runs = runs;
    if (selected && selected.join('\n') !== this.#state.runs.map(({ id }) => id).join('\n'))
      this.#change(withRuns({ ...this.#state, range: null }, selected));
    else if (first && this.#state.runs.length === 0 && runs.length > 0)
      // Restored from nothing: the newest.
      this.#change(withRuns(this.#state, [runs[0].id]));
    const after = JSON.stringify(
      runs.map(({ hpa, seeds, createdAt }) => [hpa, createdAt, seeds.map((seed) => seed.convergedAt)]),
    );
    if (before !== after) this.#redraw();
    if (first) this.#asked = '';
    this.#ask();
    this.requestUpdate();
  }

  #change(change: Partial<State>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    this.#channel.keep(this.#state);
    // The other axis has other units: nothing of the old can stay.
    if (before.axis !== this.#state.axis) {
      this.#curves.clear();
      this.#state = { ...this.#state, range: null };
      this.#cursor = undefined;
    }
    // What only asks for other curves is drawn when they come.
    const drawn = ['runs', 'hidden', 'axis', 'range', 'ignoreOutliers'] as const;
    if (drawn.some((key) => before[key] !== this.#state[key])) this.#redraw();
    this.requestUpdate();
    this.#ask();
  }

  #redraw(): void {
    this.#charts.clear();
    this.requestUpdate();
  }

  /** Asks the host for what is shown, if that is something else than before. */
  #ask(): void {
    if (!this.#runs) return;
    const asked = JSON.stringify(this.#wanted(0));
    if (asked === this.#asked || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#askedAt + QUERY_INTERVAL - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#asked = JSON.stringify(this.#wanted(0));
      this.#askedAt = Date.now();
      this.#answered = false;
      this.#channel.send('query', this.#wanted(++this.#query));
      this.requestUpdate();
    }, wait);
  }

  #wanted(query: number): Query {
    const { runs, hidden, metrics, axis, smoothing, eachSeed, range, maximized } = this.#state;
    const width = maximized ? innerWidth : Math.min(innerWidth, CARD_WIDTH);
    const buckets = Math.round(width / PIXELS_A_BUCKET / 40) * 40;
    return {
      query,
      runs: runs.map(({ id }) => id),
      hidden,
      metrics: maximized ? [maximized] : metrics,
      axis,
      smoothing,
      eachSeed: eachSeed,
      range,
      buckets: Math.min(BUCKETS.most, Math.max(BUCKETS.least, buckets)),
    };
  }

  #chart(metric: Metric): ChartData {
    const known = this.#charts.get(metric.id);
    if (known && !this.#stale.has(metric.id)) return known;
    const made = chartDataOf(metric, this.#state, this.#runs ?? [], this.#curves, this.#theme);
    this.#charts.set(metric.id, made);
    this.#stale.delete(metric.id);
    return made;
  }

  #save(metrics: readonly string[], format: Format): void {
    if (format === 'csv') {
      this.#channel.send('saveTable', { metrics });
      return;
    }
    const charts = METRICS.filter(({ id }) => metrics.includes(id)).map((metric) => this.#chart(metric));
    const name = metrics.length === 1 ? metrics[0].replace('/', '-') : 'learning-curves';
    this.#channel.send('save', { files: [pictureFile(name, format, charts, this.#theme)] });
  }

  protected override render(): TemplateResult {
    if (!this.#runs)
      return html`<main class="empty">
        <vscode-progress-ring aria-label=${t('Reading the runs')}></vscode-progress-ring>
      </main>`;
    const shown = this.#shownRuns();
    return html`<header class="top">
        <h1 class="visually-hidden">${t('Learning Curves')}</h1>
        ${
          this.#runs.length > 0
            ? html`<div class="bar" role="toolbar" aria-label=${t('What is shown')}>${this.#toolbar()}</div>`
            : nothing
        }
        ${
          shown.length > 0
            ? html`<ul class="runs" aria-label=${t('Runs shown')}>
                ${shown.map((run) => this.#chip(run))}
              </ul>`
            : nothing
        }
        ${this.#notices(shown)}
      </header>
      <main>${this.#content(shown)}</main>`;
  }

  #shownRuns(): RunInfo[] {
    return this.#state.runs.flatMap(({ id }) => this.#runs?.find((run) => run.id === id) ?? []);
  }

  #toolbar(): TemplateResult {
    const { axis, smoothing, eachSeed, ignoreOutliers, range, metrics } = this.#state;
    return html`${this.#runsMenu()} ${this.#chartsMenu()}
      ${dropdown({
        label: t('X axis'),
        value: axis,
        options: [
          { value: 'step', label: t('Steps') },
          { value: 'time', label: t('Training time') },
        ],
        change: (value) => this.#change({ axis: value }),
      })}
      ${slider({
        label: t('Smoothing'),
        value: smoothing,
        min: 0,
        max: 0.99,
        step: 0.01,
        text: smoothing.toFixed(2),
        change: (value) => this.#change({ smoothing: value }),
      })}
      ${checkbox({ label: t('Each seed'), checked: eachSeed, change: (checked) => this.#change({ eachSeed: checked }) })}
      ${checkbox({
        label: t('Ignore outliers'),
        title: t('Cut off the few values that would flatten all others'),
        checked: ignoreOutliers,
        change: (checked) => this.#change({ ignoreOutliers: checked }),
      })}
      <span class="end">
        ${iconButton({
          icon: 'discard',
          label: t('Reset Zoom'),
          disabled: range === null,
          click: () => this.#change({ range: null }),
        })}
        ${exportMenu('all', t('Export All Charts'), (format) => this.#save(metrics, format))}
      </span>`;
  }

  #runsMenu(): TemplateResult {
    const ids = this.#state.runs.map(({ id }) => id);
    return html`<button type="button" class="chooser" popovertarget="choose-runs">
        ${t('Runs')} <span class="codicon codicon-chevron-down" aria-hidden="true"></span>
      </button>
      <div id="choose-runs" popover class="popover below-start" role="group" aria-label=${t('Runs')}>
        ${(this.#runs ?? []).map((run) => {
          const unreadable = run.state === 'unreadable' || run.state === 'other-version';
          return checkbox({
            label: html`${runLabel(run)} <span class="muted">${stateInWords(run.state)}</span>`,
            checked: ids.includes(run.id),
            disabled: unreadable && !ids.includes(run.id),
            title: run.message ?? run.name,
            change: () => this.#change(withRuns(this.#state, toggled(ids, run.id))),
          });
        })}
      </div>`;
  }

  #chartsMenu(): TemplateResult {
    const { metrics } = this.#state;
    return html`<button type="button" class="chooser" popovertarget="choose-charts">
        ${t('Charts')} <span class="codicon codicon-chevron-down" aria-hidden="true"></span>
      </button>
      <div id="choose-charts" popover class="popover below-start" role="group" aria-label=${t('Charts')}>
        ${METRICS.map(({ id, title, about }) =>
          checkbox({
            label: title,
            title: about,
            checked: metrics.includes(id),
            change: () => this.#change({ metrics: toggled(metrics, id) }),
          }),
        )}
      </div>`;
  }

  /** A run: its line, its name, how it goes, its seeds as switches. */
  #chip(run: RunInfo): TemplateResult {
    const slot = this.#state.runs.find(({ id }) => id === run.id)?.slot ?? 0;
    const color = this.#theme.series[slot % this.#theme.series.length];
    const { hidden } = this.#state;
    const name = runLabel(run);
    const ids = this.#state.runs.map(({ id }) => id);
    return html`<li class="run">
      ${swatch({ color, dash: dashOf(slot), marker: slot + 1, width: 2 })}
      <span class="name" title=${run.name}>${name}</span>
      <span class="run-state" data-state=${run.state} title=${run.message ?? nothing}>
        <span class="codicon codicon-${stateIcon(run.state)}" aria-hidden="true"></span>${stateInWords(run.state)}
      </span>
      ${
        run.seeds.length > 1
          ? html`<span class="seeds" role="group" aria-label=${t('Seeds of {0}', name)}>
              <span class="muted" aria-hidden="true">${t('seeds')}</span>
              ${run.seeds.map(({ seed, state }) => {
                const id = `${run.id}#${seed}`;
                const on = !hidden.includes(id);
                return html`<button
                  type="button"
                  class="seed"
                  data-state=${state}
                  aria-pressed=${String(on)}
                  aria-label=${t('Seed {0}, {1}', seed, stateInWords(state))}
                  title=${t('Seed {0}, {1}', seed, stateInWords(state))}
                  @click=${() => this.#change({ hidden: toggled(hidden, id) })}
                >
                  ${seed}${
                    state === 'failed' || state === 'stopped'
                      ? html`<span class="codicon codicon-${stateIcon(state)}" aria-hidden="true"></span>`
                      : nothing
                  }
                </button>`;
              })}
            </span>`
          : nothing
      }
      ${iconButton({
        icon: 'close',
        label: t('Remove {0}', name),
        click: () => this.#change(withRuns(this.#state, toggled(ids, run.id))),
      })}
    </li>`;
  }

  /** Live or not, what failed, and how to read the band. */
  #notices(shown: readonly RunInfo[]): TemplateResult {
    const live = shown.some(({ state }) => state === 'running');
    const at = this.#newestAt > 0 ? new Date(this.#newestAt).toLocaleTimeString() : '';
    const seeds = shown.map(
      (run) => run.seeds.filter(({ seed }) => !this.#state.hidden.includes(`${run.id}#${seed}`)).length,
    );
    const most = Math.max(0, ...seeds);
    const band =
      most >= 3
        ? t('Mean over seeds; the band is the 95 % interval of the mean (Student t).')
        : most === 2
          ? t('Mean of two seeds: too few for an interval.')
          : most === 1
            ? t('One seed: no interval.')
            : '';
    const bad = shown.filter(({ message }) => message !== undefined);
    return html`<p class="status">
        ${
          live
            ? html`<span class="live"
                ><span class="codicon codicon-circle-filled" aria-hidden="true"></span>${t('Live')}</span
              >`
            : nothing
        }
        ${at ? html`<span>${t('Newest value: {0}', at)}</span>` : nothing}
        ${shown.length > 0 ? html`<span>${band}</span>` : nothing}
      </p>
      ${bad.map(
        (run) =>
          html`<p class="message" role="alert">
            <span class="codicon codicon-error" aria-hidden="true"></span><span>${runLabel(run)}: ${run.message}</span>
          </p>`,
      )}`;
  }

  #content(shown: readonly RunInfo[]): TemplateResult {
    if (this.#runs?.length === 0)
      return html`<div class="empty">
        <h2>${t('No training run yet')}</h2>
        <p>${t('Train policies, and their curves are drawn here while they learn.')}</p>
        <p class="buttons">
          ${button({ label: t('Train Policies'), kind: 'primary', click: () => this.#channel.send('start', { command: 'karma-mas.train' }) })}
          ${button({ label: t('Create Sample Project'), click: () => this.#channel.send('start', { command: 'karma-mas.createSample' }) })}
        </p>
      </div>`;
    if (shown.length === 0)
      return html`<div class="empty">
        <h2>${t('No run is shown')}</h2>
        <p>${t('Choose runs in the menu “Runs” above.')}</p>
      </div>`;
    if (this.#curves.isEmpty) return this.#without(shown);
    const { maximized, metrics } = this.#state;
    const cards = METRICS.filter(({ id }) => (maximized ? id === maximized : metrics.includes(id)));
    if (cards.length === 0)
      return html`<div class="empty"><p>${t('Choose charts in the menu “Charts” above.')}</p></div>`;
    return html`<div class=${maximized ? 'one' : 'grid'}>
      ${cards.map((metric) => this.#card(metric, maximized !== null, shown))}
    </div>`;
  }

  #card(metric: Metric, maximized: boolean, shown: readonly RunInfo[]): TemplateResult {
    return html`<karma-chart-card
      data-metric=${metric.id}
      .metric=${metric}
      .data=${this.#chart(metric)}
      .cursor=${this.#cursor}
      .maximized=${maximized}
      .asTable=${this.#state.tables.includes(metric.id)}
      .waiting=${!this.#answered || shown.some(({ state }) => state === 'running' || state === 'created')}
      .events=${this.#events}
    ></karma-chart-card>`;
  }

  /** Runs without a value: being read, about to begin, or without a training. */
  #without(shown: readonly RunInfo[]): TemplateResult {
    const waits = shown.some(({ state }) => state === 'running' || state === 'created' || state === 'incomplete');
    if (this.#answered && !waits)
      return html`<div class="empty">
        <h2>${t('Nothing was trained in this run')}</h2>
        <p>
          ${t('It ended before the first iteration, or has no training. Choose another run in the menu “Runs” above.')}
        </p>
      </div>`;
    const text = this.#answered ? t('Waiting for the first iteration') : t('Reading the journals');
    return html`<div class="empty">
      <vscode-progress-ring aria-label=${text}></vscode-progress-ring>
      <p>${text}</p>
    </div>`;
  }
}
customElements.define('karma-learning-curves', LearningCurves);
document.body.append(document.createElement('karma-learning-curves'));

declare global {
  interface HTMLElementTagNameMap {
    'karma-chart-card': ChartCard;
  }
}
