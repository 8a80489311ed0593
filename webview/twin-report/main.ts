import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChoosableRun } from '../protocol/run-choice.ts';
import { twinReport, type TwinReportMessage } from '../protocol/twin-report.ts';
import '../shared/base.css';
import { connect } from '../shared/channel.ts';
import { button, dropdown, iconButton, menu } from '../shared/controls.ts';
import { pictureFile } from '../shared/export.ts';
import { t } from '../shared/l10n.ts';
import { heading } from '../shared/sections.ts';
import { runChoice } from '../shared/run-choice.ts';
import type { ChartData } from '../shared/series.ts';
import { onThemeChange, readTheme, type Theme } from '../shared/theme.ts';
import { errorsCsv, fanCsv, parametersCsv, rankingCsv } from './csv.ts';
import type { FanCard, FanEvents, Format } from './fan-card.ts';
import './fan-card.ts';
import { fanChart } from './fan-data.ts';
import { ownerOf, wordsOf } from './metrics.ts';
import { errors, parameters, ranking, traces, verdict } from './parts.ts';
import { restore, toggled, type State } from './state.ts';
import './twin-report.css';

type Fan = NonNullable<NonNullable<TwinReportMessage['accuracy']>['fan']>;

class TwinReportView extends LitElement {
  readonly #channel = connect<'twin-report', State>(twinReport.toView, {
    runs: ({ runs, selected, loading }) => {
      this.#runs = runs;
      this.#selected = selected;
      this.#loading = loading;
      this.#change({ directory: selected });
    },
    report: (report) => {
      this.#report = report;
      this.#missing = undefined;
      this.#charts.clear();
      this.requestUpdate();
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
  #report: TwinReportMessage | undefined;
  #missing: { readonly directory: string; readonly why: string } | undefined;
  #theme: Theme = readTheme();
  #cursor: number | undefined;
  /** As last made: a chart that is the same object is not drawn anew. */
  readonly #charts = new Map<string, ChartData>();
  readonly #events: FanEvents = {
    zoom: (range) => this.#change({ range }, true),
    cursor: (x) => {
      this.#cursor = x;
      this.requestUpdate();
    },
    table: (name) => this.#change({ tables: toggled(this.#state.tables, name) }),
    save: (name, format) => this.#saveFans([name], format),
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add('page');
    if (this.#state.directory !== '') this.#channel.send('restore', { directory: this.#state.directory });
    onThemeChange(() => {
      this.#theme = readTheme();
      this.#charts.clear();
      this.requestUpdate();
    });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #change(change: Partial<State>, redraw = false): void {
    this.#state = { ...this.#state, ...change };
    if (redraw) this.#charts.clear();
    this.#channel.keep(this.#state);
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    if (!this.#runs)
      return html`<main class="empty">
        <h1 class="visually-hidden">${t('Twin Report')}</h1>
        <vscode-progress-ring aria-label=${t('Reading the runs')}></vscode-progress-ring>
      </main>`;
    const report = this.#report?.directory === this.#selected ? this.#report : undefined;
    return html`${this.#header(report)}
      <main>${report ? this.#content(report) : this.#nothingToShow()}</main>`;
  }

  #header(report: TwinReportMessage | undefined): TemplateResult {
    return html`<header class="top">
      <h1>${report ? t('Twin of {0}', report.cluster) : t('Twin Report')}</h1>
      <div class="bar">
        ${runChoice(this.#runs ?? [], this.#selected, (directory) => this.#channel.send('show', { directory }))}
        ${
          report
            ? iconButton({
                icon: 'folder-opened',
                label: t('Show the Run'),
                click: () => this.#channel.send('open', { what: 'reveal' }),
              })
            : nothing
        }
      </div>
    </header>`;
  }

  #nothingToShow(): TemplateResult {
    if (this.#loading || this.#missing?.directory !== this.#selected)
      return html`<div class="empty">
        <vscode-progress-ring aria-label=${t('Reading the report')}></vscode-progress-ring>
      </div>`;
    const isFirst = this.#selected === '';
    const open = (what: 'collect' | 'fit' | 'runAll') => () => this.#channel.send('open', { what });
    return html`<div class="empty">
      <h2>${isFirst ? t('No twin yet') : t('No report')}</h2>
      <p>${this.#missing.why}</p>
      <div class="buttons">
        ${button({ label: t('Fit Twin'), kind: 'primary', click: open('fit') })}
        ${button({ label: t('Collect Traces'), click: open('collect') })}
        ${isFirst ? button({ label: t('Run All Phases'), click: open('runAll') }) : nothing}
      </div>
    </div>`;
  }

  #content(report: TwinReportMessage): TemplateResult {
    const { model, open } = this.#state;
    const { accuracy, networkAccuracy } = report;
    const shown = model === 'network' && networkAccuracy ? networkAccuracy : accuracy;
    const shownModel = shown === networkAccuracy && networkAccuracy ? 'network' : 'twin';
    return html`${verdict(report)}
    ${report.ranking ? ranking(report.ranking, () => this.#saveText('twin-ranking.csv', rankingCsv(report.ranking!))) : nothing}
    ${shown?.fan ? this.#fans(shown.fan, shownModel) : nothing}
    ${
      shown
        ? errors({
            accuracy: shown,
            model: shownModel,
            hasNetwork: networkAccuracy !== null,
            chooseModel: (chosen) => this.#change({ model: chosen }, true),
            isOpen: (group) => open.includes(group),
            toggle: (group, isOpen) => {
              if (isOpen !== open.includes(group)) this.#change({ open: toggled(open, group) });
            },
            save: () => this.#saveText(`${shownModel}-errors.csv`, errorsCsv(shownModel, shown)),
          })
        : nothing
    }
    ${
      report.calibration
        ? parameters(report.calibration, () =>
            this.#saveText('twin-parameters.csv', parametersCsv(report.calibration!)),
          )
        : nothing
    }
    ${traces(report.traces, report.skipped)}`;
  }

  #fans(fan: Fan, model: 'twin' | 'network'): TemplateResult {
    const owners = [...new Set(fan.metrics.map(({ name }) => ownerOf(name)))];
    const owner = owners.includes(this.#state.fansOf) ? this.#state.fansOf : owners[0];
    const shown = fan.metrics.filter(({ name }) => ownerOf(name) === owner);
    const names = shown.map(({ name }) => name);
    return html`<section aria-labelledby="open-loop">
      ${heading(
        'open-loop',
        model === 'network' ? t('Open loop: the network') : t('Open loop'),
        owners.length > 1
          ? dropdown({
              label: t('Of'),
              value: owner,
              options: owners.map((each) => ({
                value: each,
                label: each === '' ? t('the cluster') : t('service {0}', each),
              })),
              change: (fansOf) => this.#change({ fansOf }),
            })
          : html`${nothing}`,
        iconButton({
          icon: 'discard',
          label: t('Reset Zoom'),
          disabled: this.#state.range === null,
          click: () => this.#change({ range: null }, true),
        }),
        menu('export-fans', 'export', t('Export These Charts'), [
          { label: t('PNG picture'), click: () => this.#saveFans(names, 'png') },
          { label: t('SVG picture'), click: () => this.#saveFans(names, 'svg') },
          { label: t('CSV tables'), click: () => this.#saveFans(names, 'csv') },
        ]),
      )}
      <p>
        ${t('One run beside the record, with nothing fed back, on a stretch livelier than three quarters of what was held out: the band is what it holds possible.')}
        <span class="legend"
          ><i class="line recorded"></i> ${t('recorded')} <i class="line predicted"></i> ${t('mean')}
          <i class="band"></i> ${t('range')}</span
        >
      </p>
      <div class="grid">
        ${repeat(
          shown,
          ({ name }) => name,
          ({ name, series }) =>
            html`<karma-fan-card
              .name=${name}
              .series=${series}
              .data=${this.#chart(fan, name)}
              .cursor=${this.#cursor}
              .asTable=${this.#state.tables.includes(name)}
              .events=${this.#events}
            ></karma-fan-card>`,
        )}
      </div>
    </section>`;
  }

  #chart(fan: Fan, name: string): ChartData {
    const known = this.#charts.get(name);
    if (known) return known;
    const { series } = fan.metrics.find((metric) => metric.name === name)!;
    const made = fanChart(name, titleOf(name), fan.interval, series, this.#state.range, this.#theme);
    this.#charts.set(name, made);
    return made;
  }

  #saveFans(names: readonly string[], format: Format): void {
    const accuracy = this.#state.model === 'network' ? this.#report?.networkAccuracy : this.#report?.accuracy;
    const fan = (accuracy ?? this.#report?.accuracy)?.fan;
    if (!fan) return;
    const base = names.length === 1 ? `twin-${names[0]}` : 'twin-open-loop';
    if (format === 'csv') {
      const files = fan.metrics
        .filter(({ name }) => names.includes(name))
        .map(({ name, series }) => ({
          name: `twin-${name}.csv`,
          content: fanCsv(fan.interval, series),
          base64: false,
        }));
      this.#channel.send('save', { files });
      return;
    }
    const charts = names.map((name) => this.#chart(fan, name));
    this.#channel.send('save', { files: [pictureFile(base, format, charts, this.#theme)] });
  }

  #saveText(name: string, content: string): void {
    this.#channel.send('save', { files: [{ name, content, base64: false }] });
  }
}
customElements.define('karma-twin-report', TwinReportView);

declare global {
  interface HTMLElementTagNameMap {
    'karma-fan-card': FanCard;
  }
}

function titleOf(name: string): string {
  const { label, unit } = wordsOf(name);
  const owner = ownerOf(name);
  const what = unit === '' ? label : `${label} (${unit})`;
  return owner === '' ? what : `${owner}: ${what}`;
}

document.body.append(document.createElement('karma-twin-report'));
