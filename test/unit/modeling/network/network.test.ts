import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../../src/cluster/random.ts';
import { specParameters } from '../../../../src/cluster/emulator/parameters.ts';
import { measureAccuracy } from '../../../../src/modeling/accuracy/accuracy.ts';
import { learnedOpenLoop } from '../../../../src/modeling/accuracy/open-loop.ts';
import { fromBase64, toBase64 } from '../../../../src/modeling/base64.ts';
import { DriftMeter } from '../../../../src/modeling/drift.ts';
import { TransitionCodec } from '../../../../src/modeling/network/codec.ts';
import { LearnedModel } from '../../../../src/modeling/network/learned-model.ts';
import { LearnedSimulation } from '../../../../src/modeling/network/learned-simulation.ts';
import { RecordedTransitions } from '../../../../src/modeling/network/recorded-transitions.ts';
import { fitScaler, standardize } from '../../../../src/modeling/network/scaler.ts';
import { TransitionNetwork } from '../../../../src/modeling/network/transition-network.ts';
import { indicatorColumn } from '../../../../src/modeling/traces/indicators.ts';
import { INDICATORS, stateColumn, type Transition } from '../../../../src/modeling/traces/layout.ts';
import { loadTraces, splitTraces, transitionsOf, type SplitTraces } from '../../../../src/modeling/traces/trace.ts';
import { createWasmBackend } from '../../../../src/nn/wasm/backend.ts';
import type { Backend } from '../../../../src/nn/backend.ts';
import { describeSimulation } from '../../../conformance/simulation.ts';
import { SHOP, wanderingEpisode } from '../clusters.ts';
import { never, record, withStore } from '../recorded.ts';

describe('scalers', () => {
  it('A scaler brings columns to mean 0 and deviation 1, and a change of a constant column stays visible', () => {
    const matrix = [1, 5, 3, 5, 8, 5, 4, 5];
    const scaler = fitScaler(matrix, 2);
    assert.deepEqual([...scaler.mean], [4, 5]);
    const scaled = standardize(scaler, matrix, new Float32Array(8));
    const first = [0, 2, 4, 6].map((i) => scaled[i]);
    assert.ok(Math.abs(first.reduce((a, b) => a + b)) < 1e-6);
    assert.ok(Math.abs(first.reduce((a, b) => a + b * b, 0) / 4 - 1) < 1e-6);
    assert.deepEqual([...standardize(scaler, [4, 15], new Float32Array(2))], [0, 2]);
    assert.deepEqual([...fitScaler([0, 0, 0], 1).scale], [1]);
    // A third added three times is not one: rounding must not become the scale.
    assert.deepEqual([...fitScaler([0.1, 0.1, 0.1], 1).scale], [1]);
  });

  it('Numbers come back from base64 as 32-bit floats', () => {
    fc.assert(
      fc.property(fc.float32Array(), (values) => {
        assert.deepEqual(fromBase64(toBase64(values)), values);
      }),
      { seed: 1 },
    );
  });
});

describe('drift', () => {
  const random = new Random(4);
  const cloud = (count: number, center: number): Float64Array[] =>
    Array.from({ length: count }, () => Float64Array.from({ length: 6 }, () => center + random.normal()));

  it('Drift is 1 at the 99th percentile of the validated states and grows with the distance', () => {
    const validated = cloud(500, 0);
    const meter = DriftMeter.fit(cloud(2000, 0), validated, 1);
    const above = validated.filter((state) => meter.distance(state) > 1).length;
    assert.ok(above > 0 && above <= 5, `${above}`);
    const at = (x: number): number => meter.distance(new Float64Array(6).fill(x));
    assert.ok(at(0) < 0.5);
    assert.ok(at(2) < at(4) && at(4) < at(8));
    assert.ok(at(8) > 3);
    assert.equal(at(NaN), Infinity);
  });

  it('Drift is the mean distance to the five nearest states, by hand', () => {
    const known = [0, 1, 2, 3, 4, 100].map((x) => Float64Array.of(x));
    const mean = 110 / 6;
    const scale = Math.sqrt(known.reduce((sum, [x]) => sum + (x - mean) ** 2, 0) / 6);
    const meter = DriftMeter.fit(known, [Float64Array.of(0)], 1);
    // The unit is the one validated distance: (0 + 1 + 2 + 3 + 4) / 5 / scale; from 2 it is (2 + 1 + 0 + 1 + 2) / 5 / scale.
    assert.ok(Math.abs(meter.distance([0]) - 1) < 1e-6, `${scale}`);
    assert.ok(Math.abs(meter.distance([2]) - 0.6) < 1e-6);
  });

  it('The drift meter comes back from its file, and needs enough states', () => {
    const meter = DriftMeter.fit(cloud(50, 0), cloud(20, 0), 1);
    const again = DriftMeter.load(JSON.parse(JSON.stringify(meter.save())) as ReturnType<DriftMeter['save']>);
    for (const state of cloud(5, 1)) assert.ok(Math.abs(again.distance(state) / meter.distance(state) - 1) < 1e-4);
    assert.throws(() => DriftMeter.fit(cloud(3, 0), cloud(20, 0), 1), /too few to measure drift/);
    assert.throws(() => DriftMeter.fit(cloud(30, 0), [], 1), /too few to measure drift/);
  });
});

describe('transition network', () => {
  let backend: Backend;
  let traces: SplitTraces;
  let fitted: Transition[];
  let network: TransitionNetwork;
  const fit = (
    options: { members?: number; signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
  ) =>
    TransitionNetwork.fit(fitted, {
      cluster: SHOP,
      interval: 15,
      backend,
      hidden: [48, 48],
      learningRate: 2e-3,
      members: 2,
      seed: 3,
      signal: never,
      ...options,
    });

  before(async () => {
    backend = await createWasmBackend();
    traces = await withStore(async (store) => {
      const parameters = specParameters(SHOP);
      for (const seed of [1, 2]) await record(store, SHOP, { seconds: 6 * 3600, capacity: 220, parameters, seed });
      return splitTraces(loadTraces(store, SHOP).segments, 0.2);
    });
    fitted = transitionsOf(traces.fit);
    network = await fit();
  });
  after(() => {
    network.dispose();
    backend.dispose();
  });

  it('The transition network beats "no change" on later transitions, one step and ten steps ahead', async () => {
    const { horizons } = (await measureAccuracy(
      learnedOpenLoop(new LearnedModel(network)),
      SHOP,
      traces.heldOut,
      never,
    ))!;
    for (const name of ['objective', 'success', 'front.served', 'front.pending']) {
      assert.ok(horizons[0].metrics[name].r2! > 0.5, `${name}: R2 ${horizons[0].metrics[name].r2}`);
      const { mae, persistence } = horizons[1].metrics[name];
      assert.ok(mae < persistence, `${name}: ${mae} against ${persistence}`);
    }
  });

  it('The members of the ensemble disagree more where there were no data', () => {
    const { codec } = network;
    const disagreement = (change: (state: Float64Array) => void): number => {
      const rows = traces.heldOut[0].transitions.slice(0, 40).map((t) => ({ ...t, state: t.state.slice() }));
      for (const row of rows) change(row.state);
      const found = network.predictMean(codec.inputsOf(rows), rows.length).disagreement;
      return found.reduce((sum, value) => sum + value, 0) / rows.length;
    };
    const usual = disagreement(() => {});
    assert.ok(usual > 0);
    assert.ok(disagreement((state) => (state[stateColumn(0, 'latency')] = 60)) > 2 * usual);
  });

  it('The same seed gives the same weights, and a saved network predicts alike', async () => {
    const again = await fit();
    assert.deepEqual(again.save(), network.save());
    again.dispose();
    const saved = JSON.parse(JSON.stringify(network.save())) as ReturnType<TransitionNetwork['save']>;
    const loaded = TransitionNetwork.load(saved, SHOP, backend);
    const inputs = network.codec.inputsOf(fitted.slice(0, 20));
    const a = network.predictMean(inputs, 20).outputs;
    const b = loaded.predictMean(inputs, 20).outputs;
    a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) < 1e-3 * (1 + Math.abs(value))));
    loaded.dispose();
    assert.throws(
      () => TransitionNetwork.load(saved, { ...SHOP, services: SHOP.services.slice(0, 1) }, backend),
      /another cluster than shop; fit the twin again/,
    );
  });

  it('Fitting the network can be stopped, reports progress to the end, and needs data', async () => {
    const progress: number[] = [];
    (await fit({ members: 1, onProgress: (done, total) => progress.push(done / total) })).dispose();
    assert.equal(progress.at(-1), 1);
    await assert.rejects(fit({ signal: AbortSignal.abort() }), { name: 'AbortError' });
    const few = fitted.slice(0, 20);
    await assert.rejects(
      TransitionNetwork.fit(few, {
        cluster: SHOP,
        interval: 15,
        backend,
        hidden: [8],
        learningRate: 1e-3,
        seed: 1,
        signal: never,
      }),
      /20 transitions are too few/,
    );
  });

  it('A decoded row keeps to what a cluster can be, and its indicators to their definitions', () => {
    const codec = new TransitionCodec(SHOP, 15);
    const { state: from, desired, move, arrivals } = fitted[100];
    const row = codec.outputsOf([fitted[100]]);
    const state = from.slice();
    const indicators = new Float64Array(INDICATORS.length);
    codec.apply(row, 0, state, { desired, move, arrivals }, indicators);
    fitted[100].next.forEach((value, c) => assert.ok(Math.abs(state[c] - value) < 1e-9));
    fitted[100].indicators.forEach((value, c) =>
      assert.ok(Math.abs(indicators[c] - value) < 1e-6, `${INDICATORS[c]}: ${indicators[c]} for ${value}`),
    );
    for (const size of [-1e6, 1e6]) {
      const wild = from.slice();
      codec.apply(new Float64Array(codec.outputs).fill(size), 0, wild, { desired, move, arrivals }, indicators);
      assert.ok(wild.every((value) => value >= 0));
      assert.ok(wild[stateColumn(0, 'ready')] <= 4 && wild[stateColumn(1, 'utilization')] <= 1);
      const success = indicators[indicatorColumn('success')];
      assert.ok(success >= 0 && success <= 1);
      assert.ok(indicators[indicatorColumn('succeeded')] <= indicators[indicatorColumn('received')]);
    }
  });

  it('Recorded transitions replay the record where it was asked, and nothing far from it', () => {
    const { codec, inputScaler } = network;
    const records = RecordedTransitions.of(fitted, codec, inputScaler);
    const again = RecordedTransitions.load(records.save(), codec, inputScaler);
    const next = new Float64Array(codec.stateSize);
    const indicators = new Float64Array(INDICATORS.length);
    for (const store of [records, again])
      for (const transition of [fitted[7], fitted[300]]) {
        assert.equal(store.find(codec.inputsOf([transition]), next, indicators), true);
        transition.next.forEach((value, c) => assert.ok(Math.abs(next[c] - value) <= 1e-5 * (1 + Math.abs(value))));
        const loaded = { ...transition, arrivals: Float64Array.of(1000, 0) };
        assert.equal(store.find(codec.inputsOf([loaded]), next, indicators), false);
        const unseen = { ...transition, desired: Float64Array.of(9, 9) };
        assert.equal(store.find(codec.inputsOf([unseen]), next, indicators), false);
      }
    assert.throws(
      () => RecordedTransitions.load({ ...records.save(), rows: 3 }, codec, inputScaler),
      /another cluster or damaged/,
    );
  });

  it('The learned model answers a batch from records where there are some and from the network elsewhere', () => {
    const records = RecordedTransitions.of(fitted, network.codec, network.inputScaler);
    const model = new LearnedModel(network, records);
    const alone = new LearnedModel(network);
    const known = fitted[50];
    const unknown = { ...known, desired: Float64Array.of(9, 9) };
    const states = Float64Array.from([...known.state, ...unknown.state]);
    const both = states.slice();
    const batch = (rows: Float64Array) => ({
      rows: 2,
      states: rows,
      desired: [...known.desired, ...unknown.desired],
      move: [...known.move, ...unknown.move],
      arrivals: [...known.arrivals, ...unknown.arrivals],
      member: [1, 0],
      indicators: new Float64Array(2 * INDICATORS.length),
    });
    model.step(batch(states));
    alone.step(batch(both));
    assert.deepEqual([model.hits, model.asked], [1, 2]);
    const size = network.codec.stateSize;
    known.next.forEach((value, c) => assert.ok(Math.abs(states[c] - value) <= 1e-5 * (1 + Math.abs(value))));
    assert.deepEqual(states.slice(size), both.slice(size));
    assert.notDeepEqual(states.slice(0, size), both.slice(0, size));
  });

  describeSimulation(
    'The learned model',
    () => (environments) => new LearnedSimulation(SHOP, environments, new LearnedModel(network), specParameters(SHOP)),
    { batchTolerance: 1e-4 },
  );

  describe('as a simulation', () => {
    const episode = wanderingEpisode(SHOP, 900, 9, 200);
    const make = (environments: number): LearnedSimulation =>
      new LearnedSimulation(SHOP, environments, new LearnedModel(network), specParameters(SHOP));

    it('The learned model follows load and replicas as the cluster would', () => {
      const simulation = make(2);
      const steady = { ...episode, rate: episode.rate.map((_, i) => (i % 2 === 0 ? 150 : 0)) };
      simulation.reset(0, steady, { second: 0, seed: 1, replicas: [4, 3] });
      simulation.reset(1, steady, { second: 0, seed: 1, replicas: [1, 1] });
      simulation.advance(300);
      const { objective, success, received, moves } = simulation.outcome;
      assert.ok(objective[0] > objective[1] + 0.1, `${objective[0]} against ${objective[1]}`);
      assert.ok(success[0] > 0.9 && success[1] < 0.7);
      assert.ok(Math.abs(received[0] - 150 * 300) < 0.05 * 150 * 300);
      assert.deepEqual([...moves], [0, 0]);
      simulation.setDesired([9, 0], 0);
      assert.deepEqual([...simulation.desired.subarray(0, 2)], [4, 1]);
      simulation.setDesired([2, 2, 3, 3]);
      simulation.advance(15);
      assert.deepEqual([...simulation.outcome.moves], [3, 4]);
      simulation.privileged();
      assert.equal(simulation.privilegedSize, 0);
    });

    it('The learned model refuses an interval that it was not learned at', () => {
      const simulation = make(1);
      simulation.reset(0, episode, { second: 0, seed: 1, replicas: [1, 1] });
      assert.throws(() => simulation.advance(20), /traces every 15 s and cannot advance by 20 s/);
    });
  });
});
