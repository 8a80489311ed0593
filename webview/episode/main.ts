import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import {
  episodeView,
  samePlace,
  type EpisodeList,
  type EpisodeMessage,
  type EpisodeRun,
  type Place,
} from '../protocol/episode.ts';
import '../shared/base.css';
import '../shared/empty.css';
import { connect } from '../shared/channel.ts';
import { button, iconButton } from '../shared/controls.ts';
import { drawingFile } from '../shared/export.ts';
import { exportMenu, type Format } from '../shared/export-menu.ts';
import { t } from '../shared/l10n.ts';
import { duration } from '../shared/numbers.ts';
import { xExtent } from '../shared/series.ts';
import { onThemeChange, readTheme, type Theme } from '../shared/theme.ts';
import { toggled } from '../shared/toggled.ts';
import type { ChartView } from './chart-view.ts';
import './chart-view.ts';
import { chartsOf, servicesOf, type EpisodeChart } from './charts.ts';
import './episode.css';
import { rowsOf, type Row } from './lanes.ts';
import type { LaneEvents, LanesView } from './lanes-view.ts';
import './lanes-view.ts';
import { picker } from './picker.ts';
import { episodePicture } from './picture.ts';
import { choiceAt, stepAt } from './record.ts';
import { side } from './side.ts';
import { counterpart, restore, type State } from './state.ts';
import { stepsCsv } from './table.ts';
import { stepsTable } from './table-view.ts';
import { serviceSwitches, transport } from './transport.ts';
import { explain } from './sentences.ts';

class EpisodeView extends LitElement {
  readonly #channel = connect<'episode', State>(episodeView.toView, {
    runs: ({ runs }) => {
      this.#runs = runs;
      this.requestUpdate();
    },
    selection: ({ first, second, step, agent }) => {
      const isSame = samePlace(first, this.#state.first);
      this.#change({
        first,
        second,
        ...(isSame ? {} : { step: 0, range: null }),
        ...(step === undefined ? {} : { step }),
        ...(agent === undefined ? {} : { agent }),
      });
      this.#showAgent = agent !== undefined;
      this.#isSelected = true;
      for (const [key, { place }] of this.#episodes)
        if (!samePlace(place, first) && !samePlace(place, second)) this.#episodes.delete(key);
    },
    episodes: (list) => {
      this.#lists.set(`${list.directory}#${list.seed}`, list);
      this.requestUpdate();
    },
    episode: (episode) => {
      this.#episodes.set(keyOf(episode.place), episode);
      this.#missing.delete(keyOf(episode.place));
      if (samePlace(episode.place, this.#state.first)) this.#change({ step: clamped(this.#state.step, episode.steps) });
      this.#redraw();
    },
    missing: ({ place, why }) => {
      this.#missing.set(keyOf(place), why);
      this.requestUpdate();
    },
  });
  #state = restore(this.#channel.kept);
  #isSelected = false;
  #runs: readonly EpisodeRun[] | undefined;
  readonly #lists = new Map<string, EpisodeList>();
  readonly #episodes = new Map<string, EpisodeMessage>();
  readonly #missing = new Map<string, string>();
  #theme: Theme = readTheme();
  /** The step under the pointer, which is shown instead of the chosen one as long as the pointer stays. */
  #hover: number | undefined;
  #player: ReturnType<typeof setInterval> | undefined;
  /** The announcement when the step is changed by keys. */
  #spoken = '';
  #showAgent = false;
  /** Agents whose unlikely options are expanded. */
  readonly #open = new Set<string>();
  /** The charts as last made: the same object is not drawn anew. */
  #charts: readonly EpisodeChart[] | undefined;
  #rows: readonly Row[] | undefined;
  readonly #events: LaneEvents = {
    zoom: (range) => {
      this.#charts = undefined;
      this.#change({ range });
    },
    hover: (seconds) => {
      const first = this.#first;
      this.#hover = first && seconds !== undefined ? stepAt(first, seconds) : undefined;
      this.requestUpdate();
    },
    scrub: (seconds) => {
      this.#hover = undefined;
      const step = this.#first && stepAt(this.#first, seconds);
      if (step !== undefined) this.#change({ step });
    },
    point: (agent) => this.#change({ agent }),
  };

  override connectedCallback(): void {
    super.connectedCallback();
    const { first, second } = this.#state;
    if (first) this.#channel.send('restore', { first, second });
    onThemeChange(() => {
      this.#theme = readTheme();
      this.#redraw();
    });
    // Before the charts, which move a cursor of their own by these keys.
    addEventListener('keydown', (event) => this.#onKey(event), { capture: true });
    document.addEventListener('visibilitychange', () => document.hidden && this.#pause());
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  get #first(): EpisodeMessage | undefined {
    return this.#state.first ? this.#episodes.get(keyOf(this.#state.first)) : undefined;
  }

  get #second(): EpisodeMessage | undefined {
    return this.#state.second ? this.#episodes.get(keyOf(this.#state.second)) : undefined;
  }

  get #step(): number {
    // A pointer that rests on a chart does not hold up what is played.
    const hover = this.#player === undefined ? this.#hover : undefined;
    return clamped(hover ?? this.#state.step, this.#first?.steps ?? 1);
  }

  #change(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.#channel.keep(this.#state);
    this.requestUpdate();
  }

  #redraw(): void {
    this.#charts = undefined;
    this.#rows = undefined;
    this.requestUpdate();
  }

  #select(change: { readonly first?: Place | null; readonly second?: Place | null }): void {
    this.#pause();
    const { first, second } = { ...this.#state, ...change };
    this.#change(samePlace(first, this.#state.first) ? { second } : { first, second, step: 0, range: null });
    this.#redraw();
    this.#channel.send('select', { first, second });
  }

  #go(step: number): void {
    const first = this.#first;
    if (!first || first.steps === 0) return;
    this.#hover = undefined;
    this.#change({ step: clamped(step, first.steps) });
    const at = this.#state.step;
    this.#spoken = [
      `${t('Step {0} of {1}', at + 1, first.steps)}, ${duration(at * first.interval)}.`,
      ...first.agents.map(({ name }, a) => `${name}: ${explain(choiceAt(first, a, at))}`),
    ].join(' ');
  }

  #play(): void {
    const first = this.#first;
    if (!first || this.#player !== undefined) return;
    if (this.#state.step >= first.steps - 1) this.#change({ step: 0 });
    this.#spoken = '';
    this.#player = setInterval(() => {
      const { step } = this.#state;
      if (step >= first.steps - 1) this.#pause();
      else this.#change({ step: step + 1 });
    }, 1000 / this.#state.speed);
    this.requestUpdate();
  }

  #pause(): void {
    clearInterval(this.#player);
    this.#player = undefined;
    this.requestUpdate();
  }

  #toggle(): void {
    if (this.#player === undefined) this.#play();
    else this.#pause();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !this.#first) return;
    const { step } = this.#state;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#go(step - 1),
      ArrowRight: () => this.#go(step + 1),
      Home: () => this.#go(0),
      End: () => this.#go(Infinity),
      ' ': () => this.#toggle(),
    };
    if (!Object.hasOwn(actions, event.key) || isKeyOf(event.target, event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key !== ' ') this.#pause();
    actions[event.key]();
  }

  #save(format: Format): void {
    const first = this.#first;
    if (!first) return;
    const both = [first, ...(this.#second ? [this.#second] : [])];
    if (format === 'csv') {
      const files = both.map((each) => ({ name: `${fileName(each)}.csv`, content: stepsCsv(each), base64: false }));
      this.#channel.send('save', { files: samePlace(first.place, both[1]?.place ?? null) ? files.slice(0, 1) : files });
      return;
    }
    const title = both.map(titleOf).join(t(', and '));
    const picture = episodePicture(title, this.#drawnCharts(first), this.#drawnRows(first), this.#theme);
    this.#channel.send('save', { files: [drawingFile(fileName(first), format, picture, this.#theme)] });
  }

  #drawnCharts(first: EpisodeMessage): readonly EpisodeChart[] {
    const { hidden, range } = this.#state;
    return (this.#charts ??= chartsOf(first, this.#second, { hidden, range, theme: this.#theme }));
  }

  #drawnRows(first: EpisodeMessage): readonly Row[] {
    return (this.#rows ??= rowsOf(first, this.#second));
  }

  protected override render(): TemplateResult {
    if (!this.#isSelected || !this.#runs)
      return html`<main class="empty">
        <h1 class="visually-hidden">${t('Episode')}</h1>
        <vscode-progress-ring aria-label=${t('Reading the runs')}></vscode-progress-ring>
      </main>`;
    const first = this.#first;
    return html`<header class="top">
        <h1 class="visually-hidden">${t('Episode')}</h1>
        ${this.#state.first ? this.#guardedChoices(this.#state.first) : nothing}
        ${first && first.steps > 0 ? this.#transport(first) : nothing}
      </header>
      ${first && first.steps > 0 ? this.#content(first) : this.#nothingToShow()}
      <p class="visually-hidden" role="status">${this.#spoken}</p>`;
  }

  protected override updated(): void {
    this.#watchHeader();
    if (!this.#showAgent || !this.#first) return;
    this.#showAgent = false;
    const cards = [...this.querySelectorAll<HTMLElement>('.agent')];
    const card = cards.find(({ dataset }) => dataset.agent === this.#state.agent);
    // Not scrollIntoView, which would scroll the charts away too.
    const side = this.querySelector('.side');
    if (card && side) side.scrollTop = card.offsetTop - 8;
  }

  /** The explanation stays below the header, whose height depends on the width. */
  #watchHeader(): void {
    const header = this.querySelector<HTMLElement>('.top');
    if (!header || header === this.#header) return;
    this.#header = header;
    new ResizeObserver(() => this.style.setProperty('--top', `${header.offsetHeight}px`)).observe(header);
  }
  #header: HTMLElement | undefined;

  /** Not made anew when the cursor moves: the lists may be long. */
  #guardedChoices(first: Place): unknown {
    const { second, asTable, range } = this.#state;
    const lists = [first, second].map((place) => place && this.#lists.get(`${place.directory}#${place.seed}`));
    return guard([first, second, asTable, range, this.#runs, this.#theme, ...lists], () => this.#choices(first));
  }

  #choices(first: Place): TemplateResult {
    const { second } = this.#state;
    const list = this.#lists.get(`${first.directory}#${first.seed}`);
    return html`<div class="bar" role="group" aria-label=${t('What is shown')}>
        ${this.#picker('first', first)}
        <span class="end">
          ${iconButton({
            icon: 'git-compare',
            label: second ? t('Stop Comparing') : t('Compare With Another Episode'),
            pressed: second !== null,
            click: () =>
              this.#select({
                second: second ? null : counterpart(first, this.#runs ?? [], list?.objective.length ?? 1),
              }),
          })}
          ${iconButton({
            icon: this.#state.asTable ? 'graph-line' : 'table',
            label: this.#state.asTable ? t('Show as Charts') : t('Show as a Table'),
            click: () => this.#change({ asTable: !this.#state.asTable }),
          })}
          ${iconButton({
            icon: 'discard',
            label: t('Reset Zoom'),
            disabled: this.#state.range === null,
            click: () => this.#events.zoom(null),
          })}
          ${exportMenu('episode', t('Export'), (format) => this.#save(format))}
          ${iconButton({
            icon: 'type-hierarchy-sub',
            label: t('Open Clustering'),
            click: () => this.#channel.send('open', { what: 'clustering', directory: first.directory }),
          })}
        </span>
      </div>
      ${
        second
          ? html`<div class="bar" role="group" aria-label=${t('What it is compared with')}>
              ${this.#picker('second', second)}
            </div>`
          : nothing
      }`;
  }

  #picker(which: 'first' | 'second', place: Place): TemplateResult {
    const runs = this.#runs ?? [];
    const list = this.#lists.get(`${place.directory}#${place.seed}`);
    if (!list && runs.some(({ directory }) => directory === place.directory)) this.#ask(place);
    const select = (change: Partial<Place>) => this.#select({ [which]: { ...place, ...change } });
    return picker({ which, place, runs, list, theme: this.#theme, select });
  }

  /** Asks once for each list; the message `missing` reports what cannot be read. */
  #ask({ directory, seed }: Place): void {
    const key = keyOf({ directory, seed, episode: -1 });
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    this.#channel.send('list', { directory, seed });
  }
  readonly #asked = new Set<string>();

  #transport(first: EpisodeMessage): TemplateResult {
    const { step, speed, hidden } = this.#state;
    const services = serviceSwitches({
      services: servicesOf(first, this.#second),
      hidden,
      theme: this.#theme,
      toggle: (service) => {
        this.#charts = undefined;
        this.#change({ hidden: toggled(hidden, service) });
      },
    });
    return transport({
      step,
      steps: first.steps,
      interval: first.interval,
      speed,
      isPlaying: this.#player !== undefined,
      go: (to) => this.#go(to),
      scrub: (to) => {
        this.#hover = undefined;
        this.#change({ step: to });
      },
      toggle: () => this.#toggle(),
      setSpeed: (chosen) => {
        const wasPlaying = this.#player !== undefined;
        this.#pause();
        this.#change({ speed: chosen });
        if (wasPlaying) this.#play();
      },
      services,
    });
  }

  #content(first: EpisodeMessage): TemplateResult {
    const { asTable, agent } = this.#state;
    const step = this.#step;
    return html`<main class="split">
      <div class="time-line">
        ${this.#secondMissing()}
        ${asTable ? stepsTable(first, this.#state.step, (to) => this.#go(to)) : html`${this.#strips(first, step)}`}
      </div>
      <aside class="side" aria-label=${t('The step explained')} tabindex="0">
        ${side({
          first,
          second: this.#second,
          step,
          agent,
          point: (name) => this.#change({ agent: name }),
          isOpen: (name) => this.#open.has(name),
          toggle: (name, isOpen) => {
            if (isOpen) this.#open.add(name);
            else this.#open.delete(name);
            this.requestUpdate();
          },
        })}
      </aside>
    </main>`;
  }

  #secondMissing(): TemplateResult {
    const { second } = this.#state;
    if (!second || this.#second) return html`${nothing}`;
    const why = this.#missing.get(keyOf(second));
    return why === undefined
      ? html`<p class="muted">${t('Reading the second episode...')}</p>`
      : html`<p class="message" role="alert"><span class="codicon codicon-error" aria-hidden="true"></span> ${why}</p>`;
  }

  #strips(first: EpisodeMessage, step: number): TemplateResult {
    const charts = this.#drawnCharts(first);
    const cursor = step * first.interval;
    return html`${repeat(
        charts,
        ({ id }) => id,
        (chart) =>
          html`<karma-episode-chart
            .chart=${chart}
            .cursor=${cursor}
            .events=${this.#events}
            @click=${() => this.#hover !== undefined && this.#change({ step: this.#hover })}
          ></karma-episode-chart>`,
      )}
      <section class="strip" aria-labelledby="title-moves">
        <header>
          <h2 id="title-moves">${t('Moves')}</h2>
          <ul class="legend">
            <li><i class="move up"></i> ${t('more replicas')}</li>
            <li><i class="move down"></i> ${t('fewer')}</li>
            <li><i class="move masked"></i> ${t('wanted, and not allowed by the mask')}</li>
            ${this.#second ? html`<li>${t('2: the second episode')}</li>` : nothing}
          </ul>
        </header>
        <karma-episode-lanes
          .rows=${this.#drawnRows(first)}
          .range=${xExtent(charts[0].data)}
          .theme=${this.#theme}
          .cursor=${cursor}
          .interval=${first.interval}
          .agent=${this.#state.agent}
          .events=${this.#events}
        ></karma-episode-lanes>
      </section>`;
  }

  #nothingToShow(): TemplateResult {
    const { first } = this.#state;
    const place = first ?? { directory: '', seed: 0, episode: -1 };
    const isEmpty = this.#first?.steps === 0;
    const why = isEmpty ? t('This episode has no steps.') : this.#missing.get(keyOf(place));
    if (why === undefined)
      return html`<main class="empty">
        <vscode-progress-ring aria-label=${t('Reading the episode')}></vscode-progress-ring>
      </main>`;
    const open = (what: 'analyze' | 'runAll') => () => this.#channel.send('open', { what, directory: '' });
    return html`<main class="empty">
      <h2>${first ? t('No episode') : t('No episodes yet')}</h2>
      <p>${why}</p>
      ${
        isEmpty
          ? nothing
          : html`<p class="buttons">
              ${button({ label: t('Analyze'), kind: 'primary', click: open('analyze') })}
              ${first ? nothing : button({ label: t('Run All Phases'), click: open('runAll') })}
            </p>`
      }
    </main>`;
  }
}
customElements.define('karma-episode', EpisodeView);

declare global {
  interface HTMLElementTagNameMap {
    'karma-episode-chart': ChartView;
    'karma-episode-lanes': LanesView;
  }
}

/** Whether a control has a use of its own for a key. */
function isKeyOf(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('[popover]:popover-open')) return true;
  if (target.matches('input[type=range]')) return key !== ' ';
  if (target.matches('select')) return true;
  if (target.closest('.data-table')) return true;
  return key === ' ' && target.matches('button, summary, vscode-button');
}

const keyOf = ({ directory, seed, episode }: Place): string => `${directory}#${seed}#${episode}`;
const clamped = (step: number, steps: number): number => Math.max(0, Math.min(step, steps - 1));
const fileName = ({ place }: EpisodeMessage): string => `episode-${place.seed}-${place.episode + 1}`;
const titleOf = ({ place, scenario, load }: EpisodeMessage): string =>
  t('Seed {0}, episode {1} ({2}, {3})', place.seed, place.episode + 1, scenario, load);

document.body.append(document.createElement('karma-episode'));
