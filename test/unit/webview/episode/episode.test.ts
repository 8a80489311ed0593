import assert from 'node:assert/strict';
import { SvgPen } from '../../../../webview/shared/pen.ts';
import { chartsOf, servicesOf, valuesOf } from '../../../../webview/episode/charts.ts';
import { drawRows, heightOf, movesOf, rowAt, rowsOf, runsOf } from '../../../../webview/episode/lanes.ts';
import { episodePicture } from '../../../../webview/episode/picture.ts';
import { choiceAt, eventsAt, sortedOptions, stepAt, valueAt } from '../../../../webview/episode/record.ts';
import { counterpart, restore } from '../../../../webview/episode/state.ts';
import { stepsCsv, stepTable } from '../../../../webview/episode/table.ts';
import {
  episodeLabel,
  eventInWords,
  explain,
  missingParts,
  percent,
  withoutMask,
} from '../../../../webview/episode/sentences.ts';
import { episodeView } from '../../../../webview/protocol/episode.ts';
import { OLD, SAMPLE } from './sample.ts';

const theme = {
  background: '#fff',
  text: '#000',
  muted: '#777',
  grid: '#ddd',
  series: Array.from({ length: 8 }, (_, i) => `#00000${i}`),
};
const everything = { hidden: [], range: null, theme };

describe('Explanation of a step', () => {
  it('The explanation of a step says which rule matched, what was allowed, and how likely the choice was', () =>
    assert.equal(
      explain(choiceAt(SAMPLE, 0, 1)),
      "a +1: rule 'pending > 12' of role scale-out matched; 3 of 5 options were allowed; chosen with 83 %.",
    ));

  it('The explanation of a step says that no rule matched, and that all options or one option were allowed', () => {
    assert.equal(
      explain(choiceAt(SAMPLE, 0, 0)),
      'hold: no rule matched; only 1 of 5 options was allowed; chosen with 100 %.',
    );
    assert.equal(
      explain(choiceAt(SAMPLE, 0, 3)),
      'b -2: a rule matched for another service; all 5 options were allowed.',
    );
  });

  it('The explanation of a step does not invent what was not recorded', () => {
    assert.equal(
      explain(choiceAt(OLD, 0, 1)),
      'a +1: a rule matched (which one was not recorded); 3 of 5 options were allowed.',
    );
    assert.deepEqual(missingParts(SAMPLE), []);
    assert.equal(missingParts(OLD).length, 5);
    assert.equal(choiceAt(OLD, 0, 1).expected, undefined);
    assert.equal(choiceAt(SAMPLE, 0, 2).expected, undefined);
    assert.equal(choiceAt(SAMPLE, 0, 1).expected, -0.5);
  });

  it('The explanation of a step says what the mask prevented', () => {
    assert.equal(withoutMask(choiceAt(SAMPLE, 0, 1)), 'Without the mask it would have done the same.');
    assert.equal(
      withoutMask(choiceAt(SAMPLE, 0, 2)),
      'Without the mask it would have chosen b +2, which was not allowed.',
    );
    const free = { ...SAMPLE.agents[0], free: [0, 4, 4, 3] };
    assert.equal(
      withoutMask(choiceAt({ ...SAMPLE, agents: [free] }, 0, 1)),
      'Without the mask it would have chosen b +2.',
    );
  });

  it('The explanation of a step shows the options that matter first and folds the others away', () => {
    const { shown, folded } = sortedOptions(choiceAt(SAMPLE, 0, 1));
    assert.deepEqual(
      shown.map(({ text, probability }) => [text, probability]),
      [
        ['a +1', 0.829],
        ['hold', 0.17],
      ],
    );
    assert.deepEqual(
      folded.map(({ text, allowed, probability }) => [text, allowed, probability]),
      [
        ['a -1', false, 0],
        ['b -2', false, 0],
        ['b +2', true, 0.001],
      ],
    );
  });

  it('The explanation of a step has no share where the probabilities are not known', () =>
    assert.equal(choiceAt(SAMPLE, 0, 3).taken.probability, undefined));

  it('Shares are rounded without calling a little nothing, or nearly all everything', () =>
    assert.deepEqual([0, 0.001, 0.005, 0.829, 0.998, 1].map(percent), [
      '0 %',
      'less than 1 %',
      '1 %',
      '83 %',
      'more than 99 %',
      '100 %',
    ]));

  it('The explanation of a step lists what the scenario does to the cluster between two decisions', () => {
    const at = (step: number) => eventsAt(SAMPLE, step).map(eventInWords);
    assert.deepEqual(at(0), []);
    assert.deepEqual(at(1), ['Attack of up to 120 requests/s, 15 s to 45 s']);
    assert.deepEqual(at(2), ['Attack of up to 120 requests/s, 15 s to 45 s', '2 pods of b crashed at 30 s']);
    assert.deepEqual(at(3), []);
  });

  it('The Episode view reads states and times from a recorded episode', () => {
    assert.equal(valueAt(SAMPLE, 'a.pending', 1), 13);
    assert.equal(valueAt(SAMPLE, 'a.received', 2), undefined);
    assert.equal(valueAt(SAMPLE, 'a.karma', 2), undefined);
    assert.deepEqual(
      [-1, 0, 14.9, 15, 59.9, 60].map((seconds) => stepAt(SAMPLE, seconds)),
      [undefined, 0, 0, 1, 3, undefined],
    );
  });
});

describe('Charts of an episode', () => {
  const lines = (id: string, ...episodes: Parameters<typeof chartsOf>) =>
    chartsOf(...episodes).find((chart) => chart.id === id)!.data.lines;

  it('Charts of an episode draw values that hold until the next decision as steps, and all others from decision to decision', () => {
    assert.deepEqual(valuesOf(SAMPLE, [1, null], false), { x: [0, 15], y: [1, null] });
    assert.deepEqual(valuesOf(SAMPLE, [1, null], true), { x: [0, 14.999, 15, 29.999], y: [1, 1, null, null] });
  });

  it('Charts of an episode show the load of entry points, or of all services where those were not recorded', () => {
    assert.deepEqual(
      lines('load', SAMPLE, undefined, everything).map(({ label }) => label),
      ['a'],
    );
    assert.deepEqual(
      lines('load', OLD, undefined, everything).map(({ label }) => label),
      ['a', 'b'],
    );
  });

  it('Charts of an episode leave out services that are switched off and values that were not recorded', () => {
    const replicas = lines('replicas', SAMPLE, undefined, { ...everything, hidden: ['b'] });
    assert.deepEqual(
      replicas.map(({ label, faint }) => [label, faint]),
      [
        ['a', false],
        ['a ready', true],
      ],
    );
    assert.deepEqual(
      lines('queues', SAMPLE, undefined, everything).map(({ label }) => label),
      ['a'],
    );
  });

  it('Charts of an episode lay a second episode over the first, dashed, on an axis that holds both', () => {
    const longer = { ...SAMPLE, interval: 30, services: ['b', 'c'] };
    const charts = chartsOf(SAMPLE, longer, everything);
    assert.deepEqual(servicesOf(SAMPLE, longer), ['a', 'b', 'c']);
    for (const { data } of charts) assert.deepEqual(data.all, { from: 0, to: 120 });
    const [first, second] = lines('latency', SAMPLE, longer, everything);
    assert.deepEqual([first.dash.length, second.dash.length], [0, 2]);
    assert.equal(second.label, 'latency, second');
    assert.deepEqual([first.x.at(-1), second.x.at(-1)], [45, 90]);
  });
});

describe('Lanes of an episode', () => {
  it('An agent has a lane row for each service that it moved or wanted to move', () => {
    const [a, b] = movesOf(SAMPLE.agents[0]);
    assert.deepEqual(a, { service: 0, greatest: 2, moves: [{ step: 1, move: 1 }], masked: [], holds: [0, 2] });
    assert.deepEqual(b, {
      service: 1,
      greatest: 2,
      moves: [{ step: 3, move: -2 }],
      masked: [{ step: 2, move: 2 }],
      holds: [],
    });
  });

  it('An agent that held throughout has one lane row, with the holds that its mask imposed', () => {
    const idle = { ...SAMPLE.agents[0], actions: [0, 0, 0, 0], free: [0, 0, 0, 0] };
    assert.deepEqual(movesOf(idle), [{ service: -1, greatest: 2, moves: [], masked: [], holds: [0, 1, 2, 3] }]);
    const forced = { ...SAMPLE.agents[0], actions: [2, 2, 2, 2], free: [0, 2, 2, 2], allowed: '00100'.repeat(4) };
    assert.deepEqual(movesOf(forced)[0].masked, [{ step: 0, move: 0 }]);
  });

  it('Lane rows are in the order of events, agents and goals, with those of the second episode below', () => {
    const labels = (...episodes: Parameters<typeof rowsOf>) => rowsOf(...episodes).map(({ label }) => label);
    const rest = ['scaler a', '2: scaler a', 'scaler b', '2: scaler b', 'mission/short', '2: mission/short'];
    const calmer = { ...SAMPLE, events: SAMPLE.events!.slice(0, 1) };
    assert.deepEqual(labels(SAMPLE, calmer), ['attack', '2: attack', 'crash b', ...rest]);
    // The same events are told once.
    assert.deepEqual(labels(SAMPLE, SAMPLE), ['attack', 'crash b', ...rest]);
  });

  it('Lane rows are found by their height', () => {
    const rows = rowsOf(SAMPLE, undefined);
    const total = heightOf(rows);
    assert.equal(rowAt(rows, 0), rows[0]);
    assert.equal(rowAt(rows, total - 1), rows.at(-1));
    assert.equal(rowAt(rows, total), undefined);
  });

  it('Lanes draw moves up above the line and moves down below it', () => {
    const pen = new SvgPen('sans');
    const [row] = rowsOf(SAMPLE, undefined).filter(({ label }) => label === 'scaler b');
    drawRows(pen, [row], { x: 0, y: 0, width: 516 }, { from: 0, to: 60 }, theme);
    const svg = pen.document(516, 20, 'lane');
    // 400 pixels for 60 s: step 3 begins at 96 + 300; its bar is 12 wide, from the middle (10) down by 9.
    assert.match(svg, /M396\.5 10L408\.5 10L408\.5 19L396\.5 19Z/);
    // The masked one of step 2 is an outline above the line.
    assert.match(svg, /M296\.5 1L308\.5 1L308\.5 10L296\.5 10L296\.5 1" fill="none"/);
  });

  it('Lanes show the stretches in which goals are satisfied', () =>
    assert.deepEqual(runsOf('1100111'), [
      [0, 2],
      [4, 7],
    ]));
});

describe('Tables, files and pictures of an episode', () => {
  it('The table of an episode has all steps', () => {
    const { columns, row } = stepTable(SAMPLE);
    assert.deepEqual(columns.slice(0, 5), ['time', 'events', 'latency (s)', 'success rate', 'J']);
    assert.equal(row(2).length, columns.length);
    assert.deepEqual(row(2).slice(0, 5), ['30 s', 'attack, crash b', '0.4', '0.95', '']);
    assert.equal(row(2)[columns.indexOf('scaler')], 'hold, 100 %; without mask b +2');
    assert.equal(row(3)[columns.indexOf('mission/short')], 'satisfied');
    assert.ok(!stepTable(OLD).columns.includes('events'));
  });

  it('The CSV file of an episode has a row for each step', () => {
    const lines = stepsCsv(SAMPLE).trimEnd().split('\r\n');
    assert.equal(lines.length, 1 + 4);
    assert.match(lines[0], /^training seed,episode,scenario,load,seed,step,seconds,objective,a\.received,/);
    assert.match(lines[2], /^1,2,ddos,nasa-1995,7,1,15,0\.5,20,13,1,1,20,3,0\.5,0\.9,/);
    assert.match(lines[2], /,a \+1,a \+1,1,hold\|a \+1\|b \+2,0\.829,-0\.5,scale-out: pending > 12,0$/);
  });

  it('The picture of an episode has its charts and lanes, and a title that names what it shows', () => {
    const pen = new SvgPen('sans');
    const charts = chartsOf(SAMPLE, undefined, everything);
    const picture = episodePicture('Seed 1, episode 3', charts, rowsOf(SAMPLE, undefined), theme);
    picture.draw(pen);
    const svg = pen.document(picture.width, picture.height, picture.title);
    for (const text of ['Seed 1, episode 3', 'Queues (requests)', 'scaler a', 'mission/short'])
      assert.ok(svg.includes(text), text);
  });

  it('An episode has a label in a list', () =>
    assert.equal(
      episodeLabel(
        {
          directory: '/r',
          seed: 1,
          scenarios: ['ddos'],
          loads: ['nasa'],
          scenario: [0, 0],
          load: [0, 0],
          luck: [1, 2],
          steps: [4, 4],
          objective: [null, 0.81234],
        },
        1,
      ),
      '2: ddos, nasa, J 0.812',
    ));

  it('An episode message has the shape that both sides agree on', () => {
    assert.equal(episodeView.toView.episode.problem(SAMPLE, 'episode'), undefined);
    assert.equal(episodeView.toView.episode.problem(OLD, 'episode'), undefined);
    assert.match(
      String(episodeView.toView.episode.problem({ ...SAMPLE, agents: [{}] }, 'episode')),
      /agents\[0\]\.name is not a text/,
    );
  });
});

describe('Navigation of the Episode view', () => {
  const plain = {
    first: null,
    second: null,
    step: 0,
    agent: '',
    speed: 2,
    range: null,
    hidden: [],
    asTable: false,
  };

  it('The Episode view accepts the state that an older version kept', () => {
    for (const kept of [
      {},
      { first: { directory: 1, seed: 1, episode: 1 }, step: -1, speed: 3, range: { from: 2, to: 1 } },
      { second: 'x', step: 0.5, agent: 7, hidden: 'a', asTable: 'yes' },
    ])
      assert.deepEqual(restore(kept), plain);
    const kept = { ...plain, first: SAMPLE.place, step: 3, speed: 10, range: { from: 0, to: 30 }, hidden: ['a'] };
    assert.deepEqual(restore(kept), kept);
  });

  it('The Episode view compares with the same episode under another seed, or else with the next episode', () => {
    const run = (seeds: number[]) => [{ directory: '/r', id: 'r', training: 't', createdAt: 0, seeds }];
    assert.deepEqual(counterpart(SAMPLE.place, run([1, 4]), 9), { directory: '/r', seed: 4, episode: 2 });
    assert.deepEqual(counterpart(SAMPLE.place, run([1]), 9), { directory: '/r', seed: 1, episode: 3 });
    assert.deepEqual(counterpart(SAMPLE.place, run([1]), 3), { directory: '/r', seed: 1, episode: 0 });
  });
});
