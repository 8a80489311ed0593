/** The tables of an evaluation, for the command line and for docs/results.md, and its raw values for other programs. */
import {
  ALL,
  compare,
  overEpisodes,
  overSeeds,
  scenariosOf,
  systemOf,
  type Evaluation,
  type SystemResult,
} from './evaluation.ts';
import { METRICS, METRIC_NAMES, type Metric } from './metrics.ts';
import type { Estimate, PairedEstimate } from './statistics.ts';
import { toCsv, toMarkdown, toText, type Table } from './table-format.ts';

/** Where a table came from; the engine knows neither its command line nor its machine. */
export interface Provenance {
  readonly command: string;
  readonly machine: string;
}

/** All metrics of all systems, over the episodes of one scenario or over all. */
export function resultsTable(evaluation: Evaluation, scenario: string = ALL): Table {
  const rows = evaluation.systems.map((system) => [
    label(system),
    String(overEpisodes(evaluation, system, 'objective', scenario).count),
    ...METRIC_NAMES.map((metric) => plain(overEpisodes(evaluation, system, metric, scenario), metric)),
  ]);
  return {
    title: `Results, ${scenario === ALL ? 'all scenarios' : scenario}`,
    columns: ['system', 'episodes', ...METRIC_NAMES.map((metric) => METRICS[metric].title)],
    rows,
    notes: [
      ...subsetNotes(evaluation),
      '± is the 95 % interval over episodes (Student t), each episode being the mean over training seeds.',
    ],
  };
}

/** One metric, systems by scenarios. */
export function scenarioTable(evaluation: Evaluation, metric: Metric = 'objective'): Table {
  const columns = [...scenariosOf(evaluation), ALL];
  return {
    title: `${METRICS[metric].title} by scenario`,
    columns: ['system', ...columns],
    rows: evaluation.systems.map((system) => [
      label(system),
      ...columns.map((scenario) => plain(overEpisodes(evaluation, system, metric, scenario), metric)),
    ]),
    notes: [`${METRICS[metric].title}: ${METRICS[metric].about}.`, ...subsetNotes(evaluation)],
  };
}

/**
 * Every other system minus `base`, paired by episode, by scenario. Throws a RangeError where there is no such system.
 */
export function differencesTable(evaluation: Evaluation, base: string, metric: Metric = 'objective'): Table {
  const reference = systemOf(evaluation, base);
  const columns = [...scenariosOf(evaluation), ALL];
  return {
    title: `${METRICS[metric].title} minus that of ${base}`,
    columns: ['system', ...columns],
    rows: evaluation.systems
      .filter((system) => system !== reference)
      .map((system) => [
        label(system),
        ...columns.map((scenario) => signed(compare(evaluation, system, reference, metric, scenario), metric)),
      ]),
    notes: [
      'Paired by episode: same load, same events, same luck, same start. ± is the 95 % interval over episodes;' +
        ' in brackets the share of episodes with the higher value.',
    ],
  };
}

/** Systems that were trained more than once: mean and interval over training seeds. */
export function seedsTable(evaluation: Evaluation): Table {
  const trained = evaluation.systems.filter((system) => seedsOf(system) > 1);
  return {
    title: 'Over training seeds',
    columns: ['system', 'seeds', ...METRIC_NAMES.map((metric) => METRICS[metric].title)],
    rows: trained.map((system) => [
      system.name,
      String(seedsOf(system)),
      ...METRIC_NAMES.map((metric) => plain(overSeeds(evaluation, system, metric), metric)),
    ]),
    notes: ['± is the 95 % interval over training seeds (Student t), each seed being its mean over all episodes.'],
  };
}

/** What the columns of the other tables mean. */
export function columnsTable(): Table {
  return {
    title: 'What the columns mean',
    columns: ['column', 'unit', 'better', 'meaning'],
    rows: METRIC_NAMES.map((name) => {
      const { title, unit, better, about } = METRICS[name];
      return [title, unit || '-', better, about];
    }),
    notes: [],
  };
}

/** All tables: results, J by scenario, differences to each of `bases` that took part, seeds, the meaning of the columns. */
export function tablesOf(evaluation: Evaluation, bases: readonly string[]): Table[] {
  const present = bases.filter((base) => evaluation.systems.some((system) => system.name === base));
  return [
    resultsTable(evaluation),
    scenarioTable(evaluation),
    ...present.map((base) => differencesTable(evaluation, base)),
    ...scenariosOf(evaluation).map((scenario) => resultsTable(evaluation, scenario)),
    ...(evaluation.systems.some((system) => seedsOf(system) > 1) ? [seedsTable(evaluation)] : []),
    columnsTable(),
  ];
}

/** How the figures came about: command, machine, seeds, episodes. */
export function header(evaluation: Evaluation, provenance: Provenance): string[] {
  const { episodes } = evaluation;
  const loads = countBy(episodes.map((episode) => episode.load));
  const scenarios = countBy(episodes.map((episode) => episode.scenario));
  const hours = episodes.reduce((sum, episode) => sum + episode.seconds, 0) / 3600;
  return [
    `Command: ${provenance.command}`,
    `Machine: ${provenance.machine}`,
    `Cluster ${evaluation.cluster}, J = resilience - ${evaluation.cost} x allocated share of CPU, counted over intervals of ${evaluation.accountingInterval} s.`,
    `${episodes.length} episodes (${hours.toFixed(1)} h) of the '${evaluation.split}' split, seed ${evaluation.seed}: ${scenarios}; load ${loads}.`,
    ...(evaluation.notHeldOut.length > 0 ? [`Not held out (no split): ${evaluation.notHeldOut.join(', ')}.`] : []),
    `Training seeds: ${evaluation.systems.map((system) => `${system.name} ${seedsOf(system)}`).join(', ')}.`,
  ];
}

export function evaluationMarkdown(evaluation: Evaluation, bases: readonly string[], provenance: Provenance): string {
  const lines = header(evaluation, provenance).map((line) => `- ${line}`);
  return [...lines, '', ...tablesOf(evaluation, bases).map(toMarkdown)].join('\n');
}

export function evaluationText(evaluation: Evaluation, bases: readonly string[], provenance: Provenance): string {
  return [...header(evaluation, provenance), '', ...tablesOf(evaluation, bases).map(toText)].join('\n');
}

/** The raw values: one line per system, training seed and episode. */
export function evaluationCsv(evaluation: Evaluation): string {
  const columns = ['system', 'training_seed', 'episode', 'scenario', 'load', 'luck_seed', ...METRIC_NAMES];
  const rows = evaluation.systems.flatMap((system) =>
    system.values.objective.flatMap((_, seed) =>
      system.episodes.map((episode, position) => {
        const { scenario, load, seed: luck } = evaluation.episodes[episode];
        const values = METRIC_NAMES.map((metric) => String(system.values[metric][seed][position] ?? ''));
        return [system.name, String(seed), String(episode), scenario, load, String(luck), ...values];
      }),
    ),
  );
  return toCsv({ columns, rows });
}

const seedsOf = (system: SystemResult): number => system.values.objective.length;

/** A system that met only some episodes cannot be compared by its means. */
function subsetNotes({ systems, episodes }: Evaluation): string[] {
  return systems
    .filter((system) => system.episodes.length < episodes.length)
    .map(
      ({ name, episodes: met }) =>
        `${name} met ${met.length} of the ${episodes.length} episodes: read its paired differences, not its means.`,
    );
}

const label = (system: SystemResult): string =>
  seedsOf(system) > 1 ? `${system.name} [${seedsOf(system)} seeds]` : system.name;

function plain({ mean, interval }: Estimate, metric: Metric): string {
  const { digits } = METRICS[metric];
  if (Number.isNaN(mean)) return '-';
  return Number.isNaN(interval) ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${interval.toFixed(digits)}`;
}

function signed({ mean, interval, won }: PairedEstimate, metric: Metric): string {
  if (Number.isNaN(mean)) return '-';
  const { digits } = METRICS[metric];
  const size = Math.abs(mean).toFixed(digits);
  const sign = Number(size) === 0 ? '' : mean > 0 ? '+' : '-';
  const spread = Number.isNaN(interval) ? '' : ` ± ${interval.toFixed(digits)}`;
  return `${sign}${size}${spread} (${Math.round(won * 100)} %)`;
}

function countBy(items: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].map(([item, count]) => `${item} ${count}`).join(', ');
}
