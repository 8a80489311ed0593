import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KAPPA } from '../../../../src/cluster/episodes/events.ts';
import { LoadRecordError, parseLoadRecord } from '../../../../src/cluster/episodes/load-records.ts';
import { loadRecords, makeEpisode, type LoadRecords } from '../../../../src/cluster/episodes/make-episode.ts';
import { initialReplicas } from '../../../../src/cluster/episodes/warm-start.ts';
import type { FileProfile, LoadProfile, RandomEvent, Scenario, ScenarioEvent } from '../../../../src/spec/model.ts';
import { origin, sampleCluster, sampleScenarios, steady } from '../sample.ts';

const NO_RECORDS: LoadRecords = new Map();

function scenario(
  profiles: LoadProfile[],
  {
    events = [],
    random = [],
    duration = 600,
  }: { events?: ScenarioEvent[]; random?: RandomEvent[]; duration?: number } = {},
): Scenario {
  const load = [{ entryPoint: 'a', profiles }];
  return { kind: 'Scenario', name: 'made', origin, description: '', duration, load, events, random };
}

const constant = (rate: number): LoadProfile => ({ type: 'constant', rate, relative: false });

function ratesAtA(profiles: LoadProfile[], records = NO_RECORDS, options = {}): number[] {
  const made = makeEpisode(sampleCluster, scenario(profiles), records, { split: 'test', seed: 1, ...options });
  return Array.from({ length: made.seconds }, (_, t) => made.rate[t * 4]);
}

describe('Load profiles', () => {
  it('A constant load is absolute, or a share of the chain’s capacity', () => {
    assert.deepEqual(new Set(ratesAtA([constant(50)])), new Set([50]));
    assert.deepEqual(new Set(ratesAtA([{ type: 'constant', rate: 0.5, relative: true }])), new Set([120]));
  });

  it('A step of the load holds until the next one', () => {
    const steps = [
      { at: 10, rate: 100 },
      { at: 300, rate: 20 },
    ];
    const rates = ratesAtA([{ type: 'steps', relative: false, steps }]);
    assert.deepEqual([rates[0], rates[10], rates[299], rates[300], rates[599]], [100, 100, 100, 20, 20]);
  });

  it('A sine load never falls below zero', () => {
    const rates = ratesAtA([{ type: 'sine', relative: false, mean: 50, amplitude: 80, period: 400 }]);
    assert.deepEqual([rates[0], rates[100], rates[300]], [50, 130, 0]);
  });

  it('Bursts of load last as long as they should and come as often', () => {
    const profile: LoadProfile = { type: 'bursts', relative: false, base: 10, peak: 90, every: 300, lasts: 60 };
    const rates = ratesAtA([profile], NO_RECORDS, { seconds: 360_000 });
    const peak = rates.filter((rate) => rate === 90).length;
    assert.equal(peak + rates.filter((rate) => rate === 10).length, rates.length);
    assert.ok(Math.abs(peak / rates.length - 60 / 360) < 0.02, `${peak / rates.length}`);
  });

  it('One of several load profiles is drawn with equal chance, or the one that is asked for', () => {
    const profiles = [constant(1), constant(2)];
    const drawn = Array.from({ length: 400 }, (_, seed) => ratesAtA(profiles, NO_RECORDS, { seed, seconds: 1 })[0]);
    const ones = drawn.filter((rate) => rate === 1).length;
    assert.ok(ones > 150 && ones < 250, `${ones}`);
    for (const profile of [0, 1, 2]) assert.equal(ratesAtA(profiles, NO_RECORDS, { profile })[0], (profile % 2) + 1);
  });
});

describe('Recorded loads', () => {
  const record = (rates: number[], step = 10) => ({
    seconds: Float64Array.from(rates, (_, i) => i * step),
    rates: Float64Array.from(rates),
  });
  const file = (overrides: Partial<FileProfile> = {}): FileProfile => ({
    type: 'file',
    path: 'r.csv',
    scale: 1,
    speed: 1,
    smooth: 0,
    ...overrides,
  });
  const ramp = record(Array.from({ length: 201 }, (_, i) => i));
  const play = (profile: FileProfile, from = ramp, options = {}): number[] =>
    ratesAtA([profile], new Map([['r.csv', from]]), options);

  it('A recorded load is interpolated, scaled, and played as fast as asked', () => {
    const rates = play(file({ scale: 10 }), ramp, { seconds: 100 });
    assert.ok(rates.every((rate, t) => t === 0 || Math.abs(rate - rates[t - 1] - 1) < 1e-3));
    const fast = play(file({ scale: 10, speed: 3 }), ramp, { seconds: 100 });
    assert.ok(fast.every((rate, t) => t === 0 || Math.abs(rate - fast[t - 1] - 3) < 1e-3));
  });

  it('Windows of a recorded load lie within the part for their use, at places that the seed draws', () => {
    const split = { train: [0, 1000], choose: [1000, 1400], test: [1400, 2000] } as const;
    for (const [name, [low, high]] of Object.entries(split)) {
      const starts = new Set<number>();
      for (let seed = 0; seed < 50; seed++) {
        const rates = play(file({ split }), ramp, { seed, seconds: 200, split: name });
        assert.ok(Math.min(...rates) >= low / 10 - 1e-6 && Math.max(...rates) <= high / 10 + 1e-6);
        starts.add(rates[0]);
      }
      assert.ok(starts.size > 40);
    }
  });

  it('A window longer than its part of the record begins anew from its start', () => {
    const rates = play(file({ split: { train: [0, 100], choose: [0, 1], test: [1000, 1100] } }), ramp, {
      seconds: 250,
    });
    assert.ok(Math.max(...rates) < 110 && Math.min(...rates) >= 100);
    assert.ok(
      Math.abs(rates[0] - 100) < 1e-6 && Math.abs(rates[100] - 100) < 1e-6 && Math.abs(rates[199] - 109.9) < 1e-3,
    );
  });

  it('A part outside the record is refused', () => {
    const split = { train: [0, 10], choose: [0, 10], test: [5000, 6000] } as const;
    assert.throws(() => play(file({ split })), /the part for "test" \(5000-6000 s\) lies outside the record/);
  });

  it('A map of a recorded load sends the 1st percentile to low, the 99.5th to high, and clips', () => {
    const rates = Array.from({ length: 2001 }, (_, i) => i);
    const map = { low: 0.4, high: 1.05, clip: 1.1 };
    const at = (value: number): number => 240 * Math.min(1.1, 0.4 + (0.65 * (value - 20)) / 1970);
    const whole = play(file({ map }), record(rates, 1), { seconds: 2000 });
    for (const t of [0, 20, 1000, 1990, 1999]) assert.ok(Math.abs(whole[t] - at(t)) < 1e-3, `${t}`);
    const clipped = play(file({ map: { ...map, clip: 0.9 } }), record(rates, 1), { seconds: 2000 });
    assert.equal(Math.max(...clipped), Math.fround(216));
  });

  it('A recorded load is averaged first where asked', () => {
    const zigzag = record(Array.from({ length: 400 }, (_, i) => (i % 2) * 100));
    const rates = play(file({ smooth: 300 }), zigzag, { seconds: 1000 });
    assert.ok(rates.every((rate) => Math.abs(rate - 50) < 3.5));
  });

  it('A recorded load that was not read is named', () => {
    assert.throws(() => ratesAtA([file()]), /r\.csv: was not read/);
  });
});

describe('Load record files', () => {
  const broken: [string, string, RegExp][] = [
    ['another header', 'time,rate\n0,1\n1,1\n', /r\.csv:1: a load record begins with/],
    ['a word', 'seconds,requests_per_second\n0,1\n10,many\n', /r\.csv:3: "many" is not a number/],
    ['an empty cell', 'seconds,requests_per_second\n0,\n', /r\.csv:2: "" is not a number of requests/],
    ['a bad time', 'seconds,requests_per_second\nx,1\n', /r\.csv:2: "x" is not a number of seconds/],
    ['a third cell', 'seconds,requests_per_second\n0,1,2\n', /r\.csv:2: two numbers are expected.*3 cells/],
    ['a negative rate', 'seconds,requests_per_second\n0,-1\n', /r\.csv:2: a rate cannot be negative/],
    ['time running back', 'seconds,requests_per_second\n10,1\n10,1\n', /r\.csv:3: seconds must ascend: 10 follows 10/],
    ['a single point', 'seconds,requests_per_second\n0,1\n', /r\.csv: holds less than two points/],
    ['nothing', '', /less than two points/],
  ];
  for (const [what, text, message] of broken) {
    it(`A load record with ${what} is refused by line`, () => {
      assert.throws(
        () => parseLoadRecord('r.csv', text),
        (error: unknown) => {
          assert.ok(error instanceof LoadRecordError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it('A load record may have comments, empty lines, a byte order mark and Windows line ends', () => {
    const { seconds, rates } = parseLoadRecord(
      'r',
      '\uFEFF# from\r\nseconds,requests_per_second\r\n\r\n0, 1.5\r\n60,2\r\n',
    );
    assert.deepEqual([...seconds, ...rates], [0, 60, 1.5, 2]);
  });

  it('Load records are read from the folder of the spec, each once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'karma-loads-'));
    try {
      await writeFile(join(folder, 'x.csv'), 'seconds,requests_per_second\n0,1\n10,2\n');
      const profile: FileProfile = { type: 'file', path: 'x.csv', scale: 1, speed: 1, smooth: 0 };
      const records = await loadRecords(folder, [
        scenario([profile, constant(1)]),
        scenario([{ ...profile, scale: 2 }]),
      ]);
      assert.deepEqual([...records.keys()], ['x.csv']);
      assert.deepEqual([...records.get('x.csv')!.rates], [1, 2]);
      const missing = scenario([{ ...profile, path: 'no/where.csv' }]);
      await assert.rejects(loadRecords(folder, [missing]), /no\/where\.csv: cannot be read \(ENOENT\)/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('Events of an episode', () => {
  const at = (second: number, s: number): number => second * 4 + s;
  const made = (events: ScenarioEvent[]) =>
    makeEpisode(sampleCluster, scenario([constant(100)], { events }), NO_RECORDS, { split: 'test', seed: 1 });

  it('An attack adds its rate and its data’s crash probability at the entry point', () => {
    const { rate, attack, crash } = made([{ at: 60, lasts: 30, type: 'attack', entryPoint: 'a', rate: 4, data: 1 }]);
    assert.deepEqual([rate[at(59, 0)], rate[at(60, 0)], rate[at(89, 0)], rate[at(90, 0)]], [100, 220, 220, 100]);
    assert.equal(KAPPA, 30);
    assert.deepEqual([attack[59], attack[60], attack[90]], [0, 120, 0]);
    assert.deepEqual([crash[at(59, 0)], crash[at(60, 0)], crash[at(60, 1)]], [0, Math.fround(0.1), 0]);
  });

  it('A burst multiplies the load and not the attack', () => {
    const { rate } = made([
      { at: 0, lasts: 600, type: 'attack', entryPoint: 'a', rate: 1, data: 0 },
      { at: 0, lasts: 600, type: 'burst', entryPoint: 'a', factor: 1.5 },
    ]);
    assert.equal(rate[0], 180);
  });

  it('Crash probabilities combine, and contentions multiply', () => {
    const { crash, factor } = made([
      { at: 0, lasts: 60, type: 'crashes', service: 'b', probability: 0.5 },
      { at: 30, lasts: 60, type: 'crashes', service: 'b', probability: 0.2 },
      { at: 0, lasts: 60, type: 'contention', service: 'd', factor: 0.5 },
      { at: 30, lasts: 60, type: 'contention', service: 'd', factor: 0.5 },
    ]);
    assert.deepEqual(
      [crash[at(0, 1)], crash[at(40, 1)], crash[at(70, 1)]].map((p) => Math.round(p * 100)),
      [50, 60, 20],
    );
    assert.deepEqual([factor[at(0, 3)], factor[at(40, 3)], factor[at(100, 3)], factor[at(0, 0)]], [0.5, 0.25, 1, 1]);
  });

  it('A crash happens once, and events past the end of the episode are cut', () => {
    const { kills, crash } = made([
      { at: 100, lasts: 0, type: 'crash', service: 'c', pods: 2 },
      { at: 900, lasts: 0, type: 'crash', service: 'c', pods: 2 },
      { at: 590, lasts: 60, type: 'crashes', service: 'a', probability: 0.1 },
    ]);
    assert.deepEqual(kills, [{ second: 100, service: 2, pods: 2 }]);
    assert.ok(crash[at(599, 0)] > 0);
  });

  it('An event of an unknown service is refused by its name', () => {
    assert.throws(() => made([{ at: 0, lasts: 1, type: 'contention', service: 'x', factor: 1 }]), /no service x/);
    const elsewhere = { ...scenario([constant(1)]), load: [{ entryPoint: 'x', profiles: [constant(1)] }] };
    assert.throws(() => makeEpisode(sampleCluster, elsewhere, NO_RECORDS, { split: 'test', seed: 1 }), /no service x/);
  });

  it('Random events come as often, as long and as large as their ranges say', () => {
    const random: RandomEvent[] = [
      { type: 'contention', at: ['b', 'd'], perHour: [3, 4], lasts: [240, 480], size: [0.4, 0.7], data: [0, 0] },
    ];
    const spec = scenario([constant(100)], { random, duration: 3600 });
    let touched = 0;
    const services = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const { factor } = makeEpisode(sampleCluster, spec, NO_RECORDS, { split: 'train', seed });
      for (let t = 0; t < 3600; t++)
        for (let s = 0; s < 4; s++) {
          const value = factor[at(t, s)];
          if (value === 1) continue;
          services.add(s);
          // Counted as often as contentions overlap: at least .4, twice at least .16.
          const times = value >= 0.4 - 1e-6 ? 1 : 2;
          touched += times;
          assert.ok(value <= 0.7 + 1e-6);
        }
    }
    assert.deepEqual([...services].toSorted(), [1, 3]);
    const perHour = touched / 200 / 360;
    assert.ok(Math.abs(perHour - 3.5) < 0.35, `${perHour} events of 360 s an hour`);
  });

  it('Random events scale with the length of the episode, and fall on entry points where they must', () => {
    const attack: RandomEvent = {
      type: 'attack',
      at: [],
      perHour: [2, 2],
      lasts: [60, 60],
      size: [2, 4],
      data: [0, 2],
    };
    const crashes: RandomEvent = {
      type: 'crashes',
      at: [],
      perHour: [4, 4],
      lasts: [60, 60],
      size: [0.2, 0.5],
      data: [0, 0],
    };
    const burst: RandomEvent = {
      type: 'burst',
      at: ['b'],
      perHour: [9, 9],
      lasts: [60, 60],
      size: [2, 2],
      data: [0, 0],
    };
    const spec = scenario([constant(100)], { random: [attack, crashes, burst], duration: 3600 });
    let attacked = 0;
    const crashed = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const episode = makeEpisode(sampleCluster, spec, NO_RECORDS, { split: 'train', seed, seconds: 900 });
      attacked += episode.attack.filter((rate) => rate > 0).length;
      episode.crash.forEach((p, i) => p > 0 && crashed.add(i % 4));
      // b is no entry point: the burst has no place.
      assert.ok(episode.rate.every((rate, i) => i % 4 === 0 || rate === 0));
      assert.ok(episode.rate.every((rate, i) => i % 4 !== 0 || rate === 100 || rate >= 160));
    }
    assert.ok(Math.abs(attacked / 200 / 60 - 0.5) < 0.12, `${attacked / 200 / 60} attacks in a quarter of an hour`);
    assert.deepEqual([...crashed].toSorted(), [0, 1, 2, 3]);
  });
});

describe('Episodes', () => {
  const records: LoadRecords = new Map(
    ['twitter-2021-first-7-days.csv', 'nasa-1995-first-14-days.csv'].map((path, k) => [
      path,
      {
        seconds: Float64Array.from({ length: 20_160 }, (_, i) => i * 60),
        rates: Float64Array.from({ length: 20_160 }, (_, i) => 50 + 40 * Math.sin(i / (30 + k))),
      },
    ]),
  );

  it('Episodes are the same for the same arguments and others for another seed', () => {
    for (const spec of sampleScenarios) {
      const make = (seed: number) => makeEpisode(sampleCluster, spec, records, { split: 'test', seed });
      assert.deepEqual(make(5), make(5));
      assert.notDeepEqual(make(5), make(6));
      const { scenario: name, seconds, split, load, rate, factor } = make(5);
      assert.deepEqual([name, seconds, split], [spec.name, 3600, 'test']);
      assert.match(load, /^(twitter-2021-first-7-days|nasa-1995-first-14-days)$/);
      assert.ok(rate.every((value) => value >= 0 && Number.isFinite(value)) && factor.every((value) => value > 0));
    }
  });

  it('The events of an episode do not change with the load that is drawn', () => {
    const make = (profile: number) =>
      makeEpisode(sampleCluster, sampleScenarios[2], records, { split: 'test', seed: 3, profile });
    assert.deepEqual(make(0).crash, make(1).crash);
    assert.notDeepEqual(make(0).rate, make(1).rate);
  });

  it('Episodes start from replicas that the first load takes to 70 %', () => {
    const episode = steady([200, 0, 0, 0], 10);
    episode.rate[9 * 4] = 20;
    // 200 / 70, 200 / 56, 200 / 105, 400 / 210, within the bounds (b at most 3).
    assert.deepEqual([...initialReplicas(sampleCluster, episode, 0)], [3, 3, 2, 2]);
    assert.deepEqual([...initialReplicas(sampleCluster, episode, 50)], [1, 1, 1, 1]);
  });
});
