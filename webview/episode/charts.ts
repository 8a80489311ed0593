/** The charts of an episode, and of a second one laid over it: plain data for shared/chart.ts. */
import type { EpisodeMessage } from '../protocol/episode.ts';
import { t } from '../shared/l10n.ts';
import { duration } from '../shared/numbers.ts';
import type { ChartColors } from '../shared/picture.ts';
import type { ChartData, Line, Range, Value } from '../shared/series.ts';
import { columnOf, lengthOf } from './record.ts';
import { eventName } from './words.ts';

/** Pixels left of all plots, so that they stand below one another; as lanes.ts. */
export const GUTTER = 96;
const MANY_EVENTS = 8;
/** The second episode is dashed, so that it is told apart without colour. */
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
  readonly range: Range | null;
  readonly theme: ChartColors;
}

/** Services with a colour each, in the order of the first episode. */
export function servicesOf(first: EpisodeMessage, second: EpisodeMessage | undefined): string[] {
  return [...new Set([...first.services, ...(second?.services ?? [])])];
}

export function chartsOf(
  first: EpisodeMessage,
  second: EpisodeMessage | undefined,
  { hidden, range, theme }: ChartOptions,
): EpisodeChart[] {
  const services = servicesOf(first, second);
  const shown = services.filter((service) => !hidden.includes(service));
  const both = [first, ...(second ? [second] : [])];
  const all = { from: 0, to: Math.max(...both.map(lengthOf)) || 1 };

  const line = (which: number, key: string, label: string, values: Values, series: number): Line => ({
    key: `${which} ${key}`,
    label: which === 0 ? label : t('{0}, second', label),
    ...values,
    color: theme.series[series % theme.series.length],
    dash: which === 0 ? [] : SECOND_DASH,
    marker: 0,
    width: 1.75,
    faint: false,
  });
  /** Services are told apart by markers too; those of the second episode by its dashes and the colour. */
  const perService = (field: string, of: readonly string[], stepped = false): Line[] =>
    both.flatMap((episode, which) =>
      of.flatMap((service) => {
        const values = columnOf(episode, `${service}.${field}`);
        if (!values) return [];
        const index = services.indexOf(service);
        const made = line(which, `${service}.${field}`, service, valuesOf(episode, values, stepped), index);
        return [{ ...made, marker: which === 0 ? index + 1 : 0 }];
      }),
    );
  const ofCluster = (label: string, valuesIn: (episode: EpisodeMessage) => Column, stepped = false): Line[] =>
    both.flatMap((episode, which) => {
      const values = valuesIn(episode);
      return values ? [line(which, label, label, valuesOf(episode, values, stepped), which)] : [];
    });
  const chart = (id: string, title: string, unit: string, lines: readonly Line[], note?: string): EpisodeChart => ({
    id,
    title,
    unit,
    ...(note === undefined ? {} : { note }),
    data: {
      title: [unit === '' ? title : `${title} (${unit})`, ...(note === undefined ? [] : [note])].join('; '),
      xLabel: t('time'),
      yLabel: unit,
      lines,
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

  const entryPoints = both.flatMap((episode) => episode.entryPoints ?? []);
  const loaded = first.entryPoints ? shown.filter((service) => entryPoints.includes(service)) : shown;
  // Twice as many lines are too many: what was asked for says more than what was ready a moment later.
  const ready = second ? [] : perService('ready', shown, true);
  const replicas = [
    ...perService('desired', shown, true),
    ...ready.map((each) => ({ ...each, label: t('{0} ready', each.label), dash: READY_DASH, marker: 0, faint: true })),
  ];
  const latency = ofCluster(t('latency'), (episode) => columnOf(episode, 'cluster.latency'));
  const success = ofCluster(t('success rate'), (episode) => columnOf(episode, 'cluster.successRate'));
  return [
    chart(
      'load',
      first.entryPoints ? t('Arrivals') : t('Requests received'),
      t('requests/s'),
      perService('received', loaded),
    ),
    chart('replicas', t('Replicas asked for'), t('pods'), replicas, ready.length > 0 ? t('dotted: ready') : undefined),
    chart('queues', t('Queues'), t('requests'), perService('pending', shown)),
    chart('latency', t('Latency'), t('s'), latency),
    chart('success', t('Success rate'), t('share'), success),
    chart(
      'objective',
      t('J per interval'),
      '',
      ofCluster('J', ({ objective }) => objective, true),
    ),
  ];
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
