/** The charts of an episode, and of a second one laid over it: plain data for shared/chart.ts. */
import type { EpisodeMessage } from '../protocol/episode.ts';
import { t } from '../shared/l10n.ts';
import { duration } from '../shared/numbers.ts';
import type { ChartColors } from '../shared/picture.ts';
import type { ChartData, Line, Interval, Value } from '../shared/series.ts';
import { columnOf, lengthOf } from './record.ts';
import { eventName } from './sentences.ts';

/** Pixels left of all plots, so that they stand below one another; as lanes.ts. */
export const GUTTER = 96;
const MANY_EVENTS = 8;
/** The second episode is dashed, so that it is told apart without color. */
const SECOND_DASH = [6, 4];
const READY_DASH = [2, 3];
/** Where a step ends, just before the next: lines need x that ascends. */
const JUST_BEFORE = 1e-3;

export interface EpisodeChart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** What the lines that the legend leaves out are. */
  readonly note?: string;
  readonly data: ChartData;
}

export interface ChartOptions {
  readonly hidden: readonly string[];
  readonly range: Interval | null;
  readonly theme: ChartColors;
}

/** Services with a color each, in the order of the first episode. */
export function servicesOf(first: EpisodeMessage, second: EpisodeMessage | undefined): string[] {
  return [...new Set([...first.services, ...(second?.services ?? [])])];
}

/** The lines of both episodes, each in the color of its service or of its episode. */
class ChartLines {
  readonly #both: readonly EpisodeMessage[];
  readonly #services: readonly string[];
  readonly #theme: ChartColors;

  constructor(first: EpisodeMessage, second: EpisodeMessage | undefined, theme: ChartColors) {
    this.#both = [first, ...(second ? [second] : [])];
    this.#services = servicesOf(first, second);
    this.#theme = theme;
  }

  /** Services are told apart by markers too; those of the second episode by its dashes and the color. */
  ofServices(field: string, services: readonly string[], stepped = false): Line[] {
    return this.#both.flatMap((episode, which) =>
      services.flatMap((service) => {
        const values = columnOf(episode, `${service}.${field}`);
        if (!values) return [];
        const index = this.#services.indexOf(service);
        const made = this.#line(which, `${service}.${field}`, service, valuesOf(episode, values, stepped), index);
        return [{ ...made, marker: which === 0 ? index + 1 : 0 }];
      }),
    );
  }

  ofCluster(label: string, valuesIn: (episode: EpisodeMessage) => Column, stepped = false): Line[] {
    return this.#both.flatMap((episode, which) => {
      const values = valuesIn(episode);
      return values ? [this.#line(which, label, label, valuesOf(episode, values, stepped), which)] : [];
    });
  }

  #line(which: number, key: string, label: string, values: Values, series: number): Line {
    return {
      key: `${which} ${key}`,
      label: which === 0 ? label : t('{0}, second', label),
      ...values,
      color: this.#theme.series[series % this.#theme.series.length],
      dash: which === 0 ? [] : SECOND_DASH,
      marker: 0,
      width: 1.75,
      faint: false,
    };
  }
}

export function chartsOf(
  first: EpisodeMessage,
  second: EpisodeMessage | undefined,
  { hidden, range, theme }: ChartOptions,
): EpisodeChart[] {
  const shown = servicesOf(first, second).filter((service) => !hidden.includes(service));
  const both = [first, ...(second ? [second] : [])];
  const all = { from: 0, to: Math.max(...both.map(lengthOf)) || 1 };
  const lines = new ChartLines(first, second, theme);
  const chart = (id: string, title: string, unit: string, of: readonly Line[], note?: string): EpisodeChart => ({
    id,
    title,
    unit,
    ...(note === undefined ? {} : { note }),
    data: {
      title: [unit === '' ? title : `${title} (${unit})`, ...(note === undefined ? [] : [note])].join('; '),
      xLabel: t('time'),
      yLabel: unit,
      lines: of,
      levels: [],
      marks: id === 'load' ? marksOf(first, theme) : [],
      range,
      all,
      ignoreOutliers: false,
      formatX: duration,
      xIsTime: true,
      axisWidth: GUTTER,
    },
  });
  const column = (name: string) => (episode: EpisodeMessage) => columnOf(episode, name);
  const { replicas, note } = replicaLines(lines, shown, second !== undefined);
  const received = lines.ofServices('received', loadedServices(both, shown));
  const objective = lines.ofCluster('J', (episode) => episode.objective, true);
  return [
    chart('load', first.entryPoints ? t('Arrivals') : t('Requests received'), t('requests/s'), received),
    chart('replicas', t('Desired replicas'), t('pods'), replicas, note),
    chart('queues', t('Queues'), t('requests'), lines.ofServices('pending', shown)),
    chart('latency', t('Latency'), t('s'), lines.ofCluster(t('latency'), column('cluster.latency'))),
    chart('success', t('Success rate'), t('share'), lines.ofCluster(t('success rate'), column('cluster.successRate'))),
    chart('objective', t('J per interval'), '', objective),
  ];
}

/** The services that requests come to from outside, where that is known. */
function loadedServices(both: readonly EpisodeMessage[], shown: readonly string[]): readonly string[] {
  if (!both[0].entryPoints) return shown;
  const entryPoints = both.flatMap((episode) => episode.entryPoints ?? []);
  return shown.filter((service) => entryPoints.includes(service));
}

/** Desired replicas; for one episode also the ready ones. For two, twice as many lines would be too many. */
function replicaLines(
  lines: ChartLines,
  shown: readonly string[],
  hasSecond: boolean,
): { readonly replicas: readonly Line[]; readonly note: string | undefined } {
  const desired = lines.ofServices('desired', shown, true);
  const ready = hasSecond ? [] : lines.ofServices('ready', shown, true);
  const dotted = ready.map((line) => ({
    ...line,
    label: t('{0} ready', line.label),
    dash: READY_DASH,
    marker: 0,
    faint: true,
  }));
  return { replicas: [...desired, ...dotted], note: ready.length > 0 ? t('dotted: ready') : undefined };
}

type Column = readonly Value[] | undefined;
interface Values {
  readonly x: readonly number[];
  readonly y: readonly Value[];
}

/** A value stands at its decision; stepped, it holds until the next. */
export function valuesOf(
  { interval }: Pick<EpisodeMessage, 'interval'>,
  values: readonly Value[],
  stepped: boolean,
): Values {
  if (!stepped) return { x: values.map((_, step) => step * interval), y: values };
  return {
    x: values.flatMap((_, step) => [step * interval, (step + 1) * interval - JUST_BEFORE]),
    y: values.flatMap((value) => [value, value]),
  };
}

/** Where events begin; where there are many, the lanes show them better. */
function marksOf({ events }: EpisodeMessage, { series }: ChartColors) {
  const attacks = (events ?? []).filter(({ type }) => type === 'attack');
  if (attacks.length > MANY_EVENTS) return [];
  return attacks.map(({ from, type }) => ({ label: eventName(type), x: from, color: series[7] }));
}
