/** All steps of an episode as rows: the table alternative shows some columns of them, the CSV file has all. */
import type { EpisodeMessage } from '../protocol/episode.ts';
import { csv } from '../shared/csv.ts';
import { t } from '../shared/l10n.ts';
import { compact, duration } from '../shared/numbers.ts';
import { choiceAt, columnOf, eventsAt } from './record.ts';
import { eventName, percent } from './sentences.ts';

export interface StepTable {
  readonly columns: readonly string[];
  /** A step's cells, in words. */
  readonly row: (step: number) => string[];
}

const OF_SERVICE = ['received', 'pending', 'desired', 'ready'] as const;

export function stepTable(episode: EpisodeMessage): StepTable {
  const { services, agents, goals, interval, objective } = episode;
  const value = (number: number | null | undefined) => (number === null || number === undefined ? '' : compact(number));
  const columns = services.flatMap((service) => {
    const names = { received: t('received/s'), pending: t('pending'), desired: t('desired'), ready: t('ready') };
    return OF_SERVICE.flatMap((field) => {
      const values = columnOf(episode, `${service}.${field}`);
      return values ? [{ label: `${service} ${names[field]}`, values }] : [];
    });
  });
  const ofCluster = [
    { label: t('latency (s)'), values: columnOf(episode, 'cluster.latency') ?? [] },
    { label: t('success rate'), values: columnOf(episode, 'cluster.successRate') ?? [] },
    { label: 'J', values: objective },
  ];
  const hasEvents = (episode.events?.length ?? 0) > 0;
  return {
    columns: [
      t('time'),
      ...(hasEvents ? [t('events')] : []),
      ...ofCluster.map(({ label }) => label),
      ...columns.map(({ label }) => label),
      ...agents.map(({ name }) => name),
      ...goals.map(({ name }) => name),
    ],
    row: (step) => [
      duration(step * interval),
      ...(hasEvents
        ? [
            eventsAt(episode, step)
              .map(({ type, service }) => `${eventName(type)} ${service}`.trim())
              .join(', '),
          ]
        : []),
      ...ofCluster.map(({ values }) => value(values[step])),
      ...columns.map(({ values }) => value(values[step])),
      ...agents.map((_, a) => moveInWords(episode, a, step)),
      ...goals.map(({ satisfied }) => (satisfied[step] === '1' ? t('satisfied') : '')),
    ],
  };
}

/** "b +2, 83 %; without mask c -1" */
function moveInWords(episode: EpisodeMessage, agent: number, step: number): string {
  const { taken, free } = choiceAt(episode, agent, step);
  const share = taken.probability === undefined ? '' : `, ${percent(taken.probability)}`;
  return `${taken.text}${share}${free.taken ? '' : `; ${t('without mask {0}', free.text)}`}`;
}

/** Every step with every column that was recorded, named as in the files of `karma-mas analyze --out`. */
export function stepsCsv(episode: EpisodeMessage): string {
  const { agents, goals, fields, interval, objective, steps, scenario, load, luck, place } = episode;
  const perAgent = ['action', 'free', 'active', 'allowed', 'probability', 'expected', 'rule'];
  const header = [
    ...['training seed', 'episode', 'scenario', 'load', 'seed', 'step', 'seconds', 'objective'],
    ...fields.map(({ name }) => name),
    ...agents.flatMap(({ name }) => perAgent.map((column) => `${column}.${name}`)),
    ...goals.map(({ name }) => `satisfied.${name}`),
  ];
  const rows = Array.from({ length: steps }, (_, step) => [
    ...[place.seed, place.episode, scenario, load, luck, step, step * interval, objective[step] ?? undefined],
    ...fields.map(({ values }) => values[step] ?? undefined),
    ...agents.flatMap((_, a) => {
      const { options, taken, free, active, rule, expected } = choiceAt(episode, a, step);
      const allowed = options.filter((option) => option.allowed).map(({ text }) => text);
      const matched = rule && `${rule.role}: ${rule.condition}`;
      return [taken.text, free.text, Number(active), allowed.join('|'), taken.probability, expected, matched];
    }),
    ...goals.map(({ satisfied }) => Number(satisfied[step])),
  ]);
  return csv([header, ...rows]);
}
