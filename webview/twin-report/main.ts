import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { twinReport, type TwinReportMessage } from '../protocol/twin-report.ts';
import { connect } from '../shared/channel.ts';
import { button, dropdown, iconButton } from '../shared/controls.ts';
import { pictureFile, textFile } from '../shared/export.ts';
import { exportMenu, type Format } from '../shared/export-menu.ts';
import { t } from '../shared/l10n.ts';
import { RunView } from '../shared/run-view.ts';
import { heading } from '../shared/sections.ts';
import type { ChartData } from '../shared/series.ts';
import { onThemeChange, readTheme, type Theme } from '../shared/theme.ts';
import { toggled } from '../shared/toggled.ts';
import { errorsCsv, fanCsv, parametersCsv, rankingCsv } from './csv.ts';
import type { FanCard, FanEvents } from './fan-card.ts';
import './fan-card.ts';
import { fanChart } from './fan-data.ts';
import { ownerOf, titleOf } from './metrics.ts';
import { errors, parameters, ranking, traces, verdict } from './sections.ts';
import { restore, type State } from './state.ts';
import './twin-report.css';

type Fan = NonNullable<NonNullable<TwinReportMessage['accuracy']>['fan']>;
type FanMetric = Fan['metrics'][number];
type Model = State['model'];

class TwinReportView extends RunView<State, TwinReportMessage> {
  protected override readonly channel = connect<'twin-report', State>(twinReport.toView, {
    ...this.runHandlers,
    report: (report) => {
      this.#charts.clear();
      this.receive(report);
    },
  });
  protected override state = restore(this.channel.kept);
  protected override readonly heading = t('Twin Report');
  #theme: Theme = readTheme();
  #cursor: number | undefined;
  /** As last made: a chart that is the same object is not drawn anew. */
  readonly #charts = new Map<string, ChartData>();
  readonly #events: FanEvents = {
    zoom: (range) => this.#redraw({ range }),
    cursor: (x) => {
      this.#cursor = x;
      this.requestUpdate();
    },
    table: (name) => this.change({ tables: toggled(this.state.tables, name) }),
    save: (name, format) => this.#saveFans([name], format),
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add('page');
    onThemeChange(() => {
      this.#theme = readTheme();
      this.#redraw({});
    });
  }

  #redraw(change: Partial<State>): void {
    this.#charts.clear();
    this.change(change);
  }

  protected override titleOf({ cluster }: TwinReportMessage): string {
    return t('Twin of {0}', cluster);
  }

  protected override tools(): TemplateResult {
    return this.revealButton();
  }

  protected override empty(why: string, isFirst: boolean): TemplateResult {
    const open = (what: 'collect' | 'fit' | 'runAll') => () => this.channel.send('open', { what });
    return html`<div class="empty">
      <h2>${isFirst ? t('No twin yet') : t('No report')}</h2>
      <p>${why}</p>
      <div class="buttons">
        ${button({ label: t('Fit Twin'), kind: 'primary', click: open('fit') })}
        ${button({ label: t('Collect Traces'), click: open('collect') })}
        ${isFirst ? button({ label: t('Run All Phases'), click: open('runAll') }) : nothing}
      </div>
    </div>`;
  }

  protected override content(report: TwinReportMessage): TemplateResult {
    const { calibration, ranking: ranks } = report;
    return html`${verdict(report)}
    ${ranks ? ranking(ranks, () => this.#saveText('twin-ranking.csv', rankingCsv(ranks))) : nothing}
    ${this.#accuracy(report)}
    ${
      calibration
        ? parameters(calibration, () => this.#saveText('twin-parameters.csv', parametersCsv(calibration)))
        : nothing
    }
    ${traces(report.traces, report.skipped)}`;
  }

  /** How well the chosen model predicts: its open loop, and its errors. */
  #accuracy({ accuracy, networkAccuracy }: TwinReportMessage): TemplateResult {
    const model: Model = this.state.model === 'network' && networkAccuracy ? 'network' : 'twin';
    const shown = model === 'network' ? networkAccuracy : accuracy;
    if (!shown) return html`${nothing}`;
    const { open } = this.state;
    return html`${shown.fan ? this.#fans(shown.fan, model) : nothing}
    ${errors({
      accuracy: shown,
      model,
      hasNetwork: networkAccuracy !== null,
      chooseModel: (chosen) => this.#redraw({ model: chosen }),
      isOpen: (group) => open.includes(group),
      toggle: (group, isOpen) => {
        if (isOpen !== open.includes(group)) this.change({ open: toggled(open, group) });
      },
      save: () => this.#saveText(`${model}-errors.csv`, errorsCsv(model, shown)),
    })}`;
  }

  #fans(fan: Fan, model: 'twin' | 'network'): TemplateResult {
    const owners = [...new Set(fan.metrics.map(({ name }) => ownerOf(name)))];
    const owner = owners.includes(this.state.fansOf) ? this.state.fansOf : owners[0];
    const shown = fan.metrics.filter(({ name }) => ownerOf(name) === owner);
    const names = shown.map(({ name }) => name);
    return html`<section aria-labelledby="open-loop">
      ${heading(
        'open-loop',
        model === 'network' ? t('Open loop: the network') : t('Open loop'),
        this.#ownerChoice(owners, owner),
        iconButton({
          icon: 'discard',
          label: t('Reset Zoom'),
          disabled: this.state.range === null,
          click: () => this.#redraw({ range: null }),
        }),
        exportMenu('fans', t('Export These Charts'), (format) => this.#saveFans(names, format)),
      )}
      <p>
        ${t('One run of the model beside the record, without feedback, on a stretch that is livelier than three quarters of the held-out data. The band is the range that the model considers possible.')}
        <span class="legend"
          ><i class="line recorded"></i> ${t('recorded')} <i class="line predicted"></i> ${t('mean')}
          <i class="band"></i> ${t('range')}</span
        >
      </p>
      <div class="grid">
        ${repeat(
          shown,
          ({ name }) => name,
          (metric) =>
            html`<karma-fan-card
              .name=${metric.name}
              .series=${metric.series}
              .data=${this.#chart(fan, metric)}
              .cursor=${this.#cursor}
              .asTable=${this.state.tables.includes(metric.name)}
              .events=${this.#events}
            ></karma-fan-card>`,
        )}
      </div>
    </section>`;
  }

  /** The choice among the cluster as a whole and its services. */
  #ownerChoice(owners: readonly string[], owner: string): TemplateResult {
    if (owners.length < 2) return html`${nothing}`;
    return dropdown({
      label: t('Of'),
      value: owner,
      options: owners.map((each) => ({
        value: each,
        label: each === '' ? t('the cluster') : t('service {0}', each),
      })),
      change: (fansOf) => this.change({ fansOf }),
    });
  }

  #chart({ interval }: Fan, { name, series }: FanMetric): ChartData {
    const known = this.#charts.get(name);
    if (known) return known;
    const made = fanChart(name, titleOf(name), interval, series, this.state.range, this.#theme);
    this.#charts.set(name, made);
    return made;
  }

  #saveFans(names: readonly string[], format: Format): void {
    const accuracy = this.state.model === 'network' ? this.received?.networkAccuracy : this.received?.accuracy;
    const fan = (accuracy ?? this.received?.accuracy)?.fan;
    if (!fan) return;
    const metrics = fan.metrics.filter(({ name }) => names.includes(name));
    if (format === 'csv') {
      const files = metrics.map(({ name, series }) => textFile(`twin-${name}.csv`, fanCsv(fan.interval, series)));
      this.channel.send('save', { files });
      return;
    }
    const base = names.length === 1 ? `twin-${names[0]}` : 'twin-open-loop';
    const charts = metrics.map((metric) => this.#chart(fan, metric));
    this.channel.send('save', { files: [pictureFile(base, format, charts, this.#theme)] });
  }

  #saveText(name: string, content: string): void {
    this.channel.send('save', { files: [textFile(name, content)] });
  }
}
customElements.define('karma-twin-report', TwinReportView);

declare global {
  interface HTMLElementTagNameMap {
    'karma-fan-card': FanCard;
  }
}

document.body.append(document.createElement('karma-twin-report'));
