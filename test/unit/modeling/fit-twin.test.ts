import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Emulator } from '../../../src/cluster/emulator/emulator.ts';
import { specParameters, truthParameters } from '../../../src/cluster/emulator/parameters.ts';
import { defaultHpa, hpaSystem } from '../../../src/cluster/hpa/controller.ts';
import { DEFAULT_HPA } from '../../../src/cluster/hpa/settings.ts';
import type { Simulation, System } from '../../../src/cluster/simulation/simulation.ts';
import {
  fitTwin,
  type FitStage,
  type FitTwinOptions,
  type RankingRequest,
  type TwinReport,
} from '../../../src/modeling/fit-twin.ts';
import { TraceError } from '../../../src/modeling/traces/errors.ts';
import { observationOf, stateOf } from '../../../src/modeling/traces/layout.ts';
import type { TraceStore } from '../../../src/modeling/traces/trace-store.ts';
import {
  createTwinSimulation,
  driftMeterOf,
  learnedModelOf,
  loadTwin,
  saveTwin,
  type Twin,
} from '../../../src/modeling/twin.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { SHOP, wanderingEpisode } from './clusters.ts';
import { never, record, withStore } from './recorded.ts';

const constant = (replicas: number[]): System => ({
  name: `constant ${replicas.join(', ')}`,
  make: () => ({
    name: 'constant',
    interval: 15,
    reset: () => {},
    decide: (_, desired) => desired.forEach((__, i) => (desired[i] = replicas[i % replicas.length])),
  }),
});

const RANKING: RankingRequest = {
  systems: [
    defaultHpa,
    hpaSystem('hpa 95 %', { ...DEFAULT_HPA, cpuTarget: 0.95 }),
    constant([1, 1]),
    constant([2, 2]),
    constant([4, 3]),
  ],
  episodes: [11, 12, 13].map((seed) => wanderingEpisode(SHOP, 1800, seed, 200, true)),
  truth: (environments) => new Emulator(SHOP, environments, truthParameters(SHOP)),
};

describe('fitting a twin', () => {
  let backend: Backend;
  before(async () => {
    backend = await createWasmBackend();
  });
  after(() => backend.dispose());

  const fit = (store: TraceStore, options: Partial<FitTwinOptions>): Promise<{ twin: Twin; report: TwinReport }> =>
    fitTwin({
      cluster: SHOP,
      store,
      kind: 'calibrated',
      seed: 1,
      backend,
      network: { hidden: [32, 32], learningRate: 2e-3, members: 2 },
      candidates: 80,
      signal: never,
      ...options,
    });
  const recordTruth = (store: TraceStore, seconds = 4 * 3600): Promise<number> =>
    record(store, SHOP, { seconds, capacity: 200, parameters: truthParameters(SHOP), crashes: true });
  /** Runs a simulation for ten minutes; what metrics show then. */
  const play = (simulation: Simulation): Float64Array => {
    const episode = wanderingEpisode(SHOP, 900, 3, 200);
    const seen = observationOf(new Float64Array(34), 2);
    simulation.reset(0, episode, { second: 0, seed: 5, replicas: [2, 2] });
    simulation.setDesired([3, 2]);
    simulation.advance(600);
    simulation.observe(seen);
    return stateOf(seen);
  };

  it('A calibrated twin ranks known policies as the cluster does, better than the spec, and is accepted', async () => {
    await withStore(async (store, folder) => {
      const recording = await recordTruth(store);
      const stages = new Map<FitStage, number>();
      const { twin, report } = await fit(store, {
        ranking: RANKING,
        onProgress: (stage, done, total) => stages.set(stage, done / total),
      });
      assert.deepEqual([...stages.keys()], ['calibrate', 'network', 'accuracy', 'rank']);
      assert.ok([...stages.values()].every((share) => share === 1));
      assert.equal(report.verdict.accepted, true, report.verdict.reason);
      assert.ok(report.ranking!.agreeing >= 0.8 && Math.abs(report.ranking!.ratio - 1) < 0.1);
      assert.deepEqual(twin.traces, { recordings: [recording], interval: 15, fit: 768, heldOut: 192 });
      assert.ok(twin.calibration!.error < twin.calibration!.errorOfSpec);
      // What a reader needs to judge it by is in the report.
      assert.deepEqual(report.calibration, twin.calibration);
      const { recordings, ...counts } = report.traces!;
      assert.deepEqual(counts, { interval: 15, fit: 768, heldOut: 192 });
      assert.deepEqual(
        recordings.map(({ id, transitions }) => [id, transitions]),
        [[recording, 960]],
      );
      assert.ok(
        report.accuracy!.horizons[1].metrics.objective.mae < report.networkAccuracy!.horizons[1].metrics.objective.mae,
      );

      assert.ok(twin.parameters.services[0].startup[0] > 33);

      // What is saved is the same twin, and plain to read.
      saveTwin(folder, twin);
      const again = loadTwin(folder);
      assert.deepEqual(again, twin);
      assert.deepEqual(
        play(createTwinSimulation(again, SHOP, 1, backend)),
        play(createTwinSimulation(twin, SHOP, 1, backend)),
      );
      assert.ok(readFileSync(join(folder, 'twin.json'), 'utf8').length < 20_000);
      const meter = driftMeterOf(again)!;
      const usual = [...store.transitions(recording)][100].state;
      assert.ok(meter.distance(usual) < 1.5);
      assert.ok(meter.distance(usual.map((value) => 5 * value + 100)) > 3);
      const other = { ...SHOP, nodes: { cpu: 9000, memory: 9000 } };
      assert.throws(() => createTwinSimulation(twin, other, 1, backend), /differs now: fit it again/);
    });
  });

  it('A twin of kind recorded-then-mlp simulates by records and network, and is judged by itself', async () => {
    await withStore(async (store, folder) => {
      await recordTruth(store);
      const { twin, report } = await fit(store, { kind: 'recorded-then-mlp' });
      assert.equal(report.networkAccuracy, undefined);
      assert.deepEqual(twin.parameters, specParameters(SHOP));
      saveTwin(folder, twin);
      const shown = play(createTwinSimulation(loadTwin(folder), SHOP, 1, backend));
      assert.deepEqual(shown, play(createTwinSimulation(twin, SHOP, 1, backend)));
      assert.ok(shown.every(Number.isFinite));
      assert.notDeepEqual(shown, play(new Emulator(SHOP, 1)));
      const model = learnedModelOf(twin, SHOP, backend);
      assert.equal(model.network.members.length, 2);
    });
  });

  it('A twin of kind emulator has the numbers of the spec, and is tested on traces where there are some', async () => {
    await withStore(async (store) => {
      const untested = await fit(store, { kind: 'emulator' });
      assert.match(untested.report.verdict.reason, /Not tested/);
      assert.deepEqual(untested.twin.parameters, specParameters(SHOP));
      assert.equal(driftMeterOf(untested.twin), undefined);
      assert.throws(() => learnedModelOf(untested.twin, SHOP, backend), /without a network/);
      assert.deepEqual(play(createTwinSimulation(untested.twin, SHOP, 1, backend)), play(new Emulator(SHOP, 1)));

      await recordTruth(store, 2 * 3600);
      const tested = await fit(store, { kind: 'emulator', network: { hidden: [8], learningRate: 1e-3, members: 0 } });
      assert.ok(tested.report.accuracy && !tested.report.networkAccuracy && tested.twin.drift);
    });
  });

  it('A twin is ranked by recorded scores where the cluster is not emulated, without those that were not recorded', async () => {
    await withStore(async (store) => {
      const [hpa, , low, , high] = RANKING.systems.map(({ name }) => name);
      const { report } = await fit(store, {
        kind: 'emulator',
        ranking: { ...RANKING, truth: { [hpa]: 0.83, [low]: 0.55, [high]: 0.8 } },
      });
      assert.deepEqual(
        report.ranking!.systems.map(({ name, cluster }) => [name, cluster]),
        [
          [hpa, 0.83],
          [high, 0.8],
          [low, 0.55],
        ],
      );
    });
  });

  it('The same seed gives the same twin, byte for byte', async () => {
    await withStore(async (store) => {
      await recordTruth(store, 2 * 3600);
      const run = async (): Promise<string> => JSON.stringify((await fit(store, { candidates: 20 })).twin);
      assert.equal(await run(), await run());
    });
  });

  it('A twin from nine minutes of traces is calibrated, not judged, and says how much more it takes', async () => {
    await withStore(async (store) => {
      await record(store, SHOP, { seconds: 540, capacity: 200, parameters: truthParameters(SHOP) });
      const { twin, report } = await fit(store, { candidates: 20 });
      assert.deepEqual(
        [report.traces!.fit, report.traces!.heldOut, report.accuracy, twin.network],
        [29, 7, undefined, undefined],
      );
      assert.equal(report.verdict.accepted, false);
      assert.match(
        report.verdict.reason,
        /7 held-out transitions are too few .* 38 in a row .* Collect traces of 48 minutes/,
      );
      assert.ok(driftMeterOf(twin));
      await assert.rejects(fit(store, { kind: 'recorded-then-mlp' }), /too few for a network/);
    });
  });

  it('Fitting a twin says what is missing', async () => {
    await withStore(async (store, folder) => {
      await assert.rejects(
        fit(store, {}),
        (error) => error instanceof TraceError && /collect some first/.test(error.message),
      );
      assert.throws(() => loadTwin(join(folder, 'none')), /twin\.json: the twin cannot be read .*fit it again/);
      const other = join(folder, 'other');
      mkdirSync(other);
      writeFileSync(join(other, 'twin.json'), '{"format":9}');
      assert.throws(() => loadTwin(other), /format 9 is not known/);
    });
  });
});
