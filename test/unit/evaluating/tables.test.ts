import assert from 'node:assert/strict';
import {
  compare,
  overEpisodes,
  overSeeds,
  systemOf,
  type Evaluation,
  type SystemResult,
} from '../../../src/evaluating/evaluation.ts';
import { byMetric, METRIC_NAMES } from '../../../src/evaluating/metrics.ts';
import { toCsv, toMarkdown, toText } from '../../../src/evaluating/table-format.ts';
import {
  columnsTable,
  differencesTable,
  evaluationCsv,
  evaluationMarkdown,
  evaluationText,
  resultsTable,
  scenarioTable,
  seedsTable,
} from '../../../src/evaluating/tables.ts';

/** All metrics have the same values. */
const system = (name: string, rows: (number | null)[][], episodes = rows[0].map((_, i) => i)): SystemResult => ({
  name,
  interval: 15,
  episodes,
  values: byMetric(() => rows),
});
const evaluation: Evaluation = {
  cluster: 'chained-services',
  cost: 0.1,
  accountingInterval: 15,
  split: 'test',
  seed: 11,
  notHeldOut: [],
  episodes: [
    { scenario: 'ddos', load: 'x', seed: 1, seconds: 3600 },
    { scenario: 'ddos', load: 'y', seed: 2, seconds: 3600 },
    { scenario: 'failures', load: 'x', seed: 3, seconds: 3600 },
    { scenario: 'failures', load: 'y', seed: 4, seconds: 3600 },
  ],
  systems: [
    system('hpa', [[0.8, 0.9, 0.6, 0.7]]),
    system('karma', [
      [0.81, 0.91, 0.7, 0.8],
      [0.83, 0.93, 0.7, 0.7],
    ]),
    system('planner', [[0.85, null]], [0, 2]),
  ],
};
const [hpa, karma, planner] = evaluation.systems;

describe('evaluation', () => {
  it('An evaluation takes the mean over seeds first, then over episodes', () => {
    const all = overEpisodes(evaluation, karma, 'objective');
    assert.equal(all.count, 4);
    assert.ok(Math.abs(all.mean - (0.82 + 0.92 + 0.7 + 0.75) / 4) < 1e-12);
    assert.ok(Math.abs(overEpisodes(evaluation, karma, 'objective', 'failures').mean - 0.725) < 1e-12);
  });

  it('The interval over seeds comes from the means of the seeds', () => {
    const { mean, interval, count } = overSeeds(evaluation, karma, 'objective');
    // means .805 and .79: half the distance times t(.975, 1)
    assert.equal(count, 2);
    assert.ok(Math.abs(mean - 0.7975) < 1e-12);
    assert.ok(Math.abs(interval - 0.0075 * 12.7062047364) < 1e-9);
  });

  it('Two systems are compared over the episodes that both met', () => {
    const difference = compare(evaluation, planner, hpa, 'objective');
    assert.equal(difference.count, 1);
    assert.ok(Math.abs(difference.mean - 0.05) < 1e-12);
    assert.deepEqual(compare(evaluation, hpa, hpa, 'objective'), { mean: 0, interval: 0, count: 4, won: 0.5 });
    assert.equal(compare(evaluation, karma, hpa, 'objective', 'ddos').won, 1);
  });

  it('An evaluation finds its systems by name', () => {
    assert.equal(systemOf(evaluation, 'karma'), karma);
    assert.throws(() => systemOf(evaluation, 'nobody'), /nobody/);
  });

  it('An evaluation survives JSON', () => {
    const again = JSON.parse(JSON.stringify(evaluation)) as Evaluation;
    assert.deepEqual(resultsTable(again), resultsTable(evaluation));
  });
});

describe('tables', () => {
  const provenance = { command: 'karma-mas evaluate', machine: 'two cores' };

  it('The results table shows means with intervals, and a dash where nothing was measured', () => {
    const { rows } = resultsTable(evaluation, 'failures');
    assert.deepEqual(rows[0].slice(0, 3), ['hpa', '2', '0.6500 ± 0.6353']);
    assert.equal(rows[1][0], 'karma [2 seeds]');
    assert.deepEqual(rows[2].slice(0, 3), ['planner', '0', '-']);
  });

  it('A table shows a single value without an interval', () => {
    assert.deepEqual(scenarioTable(evaluation).rows[2], ['planner', '0.8500', '-', '0.8500']);
  });

  it('The table of differences shows signs and the share won', () => {
    const { rows } = differencesTable(evaluation, 'hpa');
    assert.equal(rows.length, 2);
    assert.equal(rows[0][1], '+0.0200 ± 0.0000 (100 %)');
    assert.equal(differencesTable(evaluation, 'karma').rows[0][1], '-0.0200 ± 0.0000 (0 %)');
    const same = { ...evaluation, systems: [hpa, { ...hpa, name: 'again' }] };
    assert.equal(differencesTable(same, 'hpa').rows[0][1], '0.0000 ± 0.0000 (50 %)');
  });

  it('The table of columns says what each column means and which direction is better', () => {
    const { rows } = columnsTable();
    assert.equal(rows.length, METRIC_NAMES.length);
    assert.deepEqual(rows[0], ['J', '-', 'higher', 'mean of resilience - cost x allocated share of CPU']);
    assert.deepEqual(rows.at(-1)?.slice(0, 3), ['recovery s', 's', 'lower']);
  });

  it('The table of seeds lists only what was trained more than once', () => {
    assert.deepEqual(
      seedsTable(evaluation).rows.map((row) => row.slice(0, 3)),
      [['karma', '2', '0.7975 ± 0.0953']],
    );
  });

  it('The head of the tables names command, machine, seeds and episodes', () => {
    const text = evaluationText(evaluation, ['hpa', 'absent'], provenance);
    for (const part of ['karma-mas evaluate', 'two cores', 'seed 11', 'ddos 2, failures 2', 'x 2, y 2', 'karma 2'])
      assert.ok(text.includes(part), part);
    assert.ok(text.includes('J minus that of hpa') && !text.includes('absent'));
    const markdown = evaluationMarkdown(evaluation, ['hpa'], provenance);
    assert.ok(markdown.includes('| hpa '));
  });

  it('The CSV has one line per system, seed and episode', () => {
    const lines = evaluationCsv(evaluation).trimEnd().split('\r\n');
    assert.equal(lines.length, 1 + 4 + 8 + 2);
    assert.ok(lines[1].startsWith('hpa,0,0,ddos,x,1,0.8,'));
    assert.ok(lines.at(-1)!.startsWith('planner,0,2,failures,x,3,,'));
  });

  it('Tables are aligned and escaped as Markdown, text and CSV', () => {
    const table = { title: 'T', columns: ['name', 'n'], rows: [['a|b', '12.5']], notes: ['Note.'] };
    assert.equal(toMarkdown(table), '**T**\n\n| name |    n |\n| ---- | ---: |\n| a\\|b | 12.5 |\n\nNote.\n');
    assert.equal(toText(table), 'T\nname     n\n----  ----\na|b   12.5\nNote.\n');
    assert.equal(toCsv({ columns: ['a', 'b'], rows: [['x,y', 'say "z"']] }), 'a,b\r\n"x,y","say ""z"""\r\n');
  });
});
