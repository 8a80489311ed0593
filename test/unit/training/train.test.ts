import assert from 'node:assert/strict';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import { pack, unpack, type Content } from '../../../src/runs/checkpoints.ts';
import { packPolicies, unpackPolicies } from '../../../src/deciding/policy.ts';
import type { TrainingMetrics } from '../../../src/training/algorithm.ts';
import type { TrainingSetup } from '../../../src/training/setup.ts';
import { trainSeed, type TrainedSeed } from '../../../src/training/train.ts';
import { sampleSetup } from './sample.ts';

interface Observed {
  readonly result: TrainedSeed;
  readonly journal: string[];
  readonly checkpoints: Content[];
}

/** Trains, and stops after so many iterations where told to. */
async function train(
  setup: TrainingSetup,
  seed: number,
  { stopAfter = Infinity, from }: { stopAfter?: number; from?: Content } = {},
): Promise<Observed> {
  const stop = new AbortController();
  const journal: string[] = [];
  const checkpoints: Content[] = [];
  const result = await trainSeed(
    setup,
    seed,
    {
      onIteration: (step, metrics) => {
        journal.push(JSON.stringify({ step, metrics }));
        if (journal.filter((line) => line.includes('metrics')).length >= stopAfter) stop.abort();
      },
      onJudgment: (step, system, { objective }) => journal.push(JSON.stringify({ step, system, objective })),
      // Packed and unpacked, as on disk.
      saveCheckpoint: (_step, content) => checkpoints.push(unpack(pack(content))),
      onProgress: () => undefined,
      signal: stop.signal,
    },
    from,
  );
  return { result, journal, checkpoints };
}

describe('training', () => {
  let backend: Backend;
  let setup: TrainingSetup;
  /** An uninterrupted training with seed 7. */
  let straight: Observed;
  before(async () => {
    backend = await createWasmBackend({ threads: 1 });
    setup = await sampleSetup(backend);
    straight = await train(setup, 7);
  });
  after(() => backend.dispose());

  it('Training twice with one seed gives the same policies and journal, and another seed gives others', async () => {
    const again = await train(setup, 7);
    const other = await train(setup, 8);
    assert.equal(straight.result.state, 'finished');
    assert.deepEqual(packPolicies(again.result.policies), packPolicies(straight.result.policies));
    assert.deepEqual(again.journal, straight.journal);
    assert.notDeepEqual(packPolicies(other.result.policies), packPolicies(straight.result.policies));
  });

  it('A training that was stopped anywhere and resumed equals an uninterrupted one bit for bit', async () => {
    for (const stopAfter of [1, 6, 13]) {
      const before = await train(setup, 7, { stopAfter });
      assert.equal(before.result.state, 'stopped');
      const after = await train(setup, 7, { from: before.checkpoints.at(-1)! });
      assert.deepEqual(packPolicies(after.result.policies), packPolicies(straight.result.policies));
      assert.deepEqual([...before.journal, ...after.journal], straight.journal);
    }
  });

  it('Training keeps the policies that were best on the days for choosing', () => {
    const { result, journal } = straight;
    const judged = journal
      .map((line) => JSON.parse(line) as { system?: string; objective?: number })
      .filter(({ system }) => system === 'karma')
      .map(({ objective }) => objective!);
    assert.ok(judged.length >= 10);
    assert.equal(result.objective, Math.max(...judged));
    assert.ok(result.hpaObjective > 0.7 && result.hpaObjective < 1);
  });

  it('Agents always comply with hard roles, and the less the softer the roles are', async () => {
    const compliance = ({ journal }: Observed): number[] =>
      journal.flatMap(
        (line) => (JSON.parse(line) as { metrics?: TrainingMetrics }).metrics?.['guides/compliance'] ?? [],
      );
    assert.ok(compliance(straight).every((share) => share === 1));
    const withHardness = (hardness: number) =>
      sampleSetup(backend, { roles: ({ roles }) => roles.map((role) => ({ ...role, hardness })) });
    const soft = compliance(await train(await withHardness(0), 7));
    const between = compliance(await train(await withHardness(0.5), 7));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
    assert.ok(mean(soft) < mean(between) && mean(between) < 1, `${mean(soft)}, ${mean(between)}`);
  });

  for (const algorithm of [
    { agentMode: 'single' },
    { organization: false },
    { observation: 'paper', wideCritic: false, pairedReward: false, starts: 'warm', activation: 'relu' },
  ] as const)
    it(`Training runs with the variant ${JSON.stringify(algorithm)}`, async () => {
      const { result } = await train(await sampleSetup(backend, { algorithm }), 7);
      assert.equal(result.state, 'finished');
      assert.ok(result.objective > 0.5 && result.objective < 1);
      const packed = packPolicies(result.policies);
      assert.deepEqual(packPolicies(unpackPolicies(packed)), packed);
    });

  it('Policies after 60 000 steps beat those of the first iteration on each of 3 seeds', async () => {
    const long = await sampleSetup(backend, {
      algorithm: { hidden: [32, 32], critic: [64] },
      budget: { steps: 61_440, episode: 900, environments: 32, horizon: 32 },
    });
    for (const seed of [1, 2, 3]) {
      const { result, journal } = await train(long, seed);
      const judged = journal
        .map((line) => JSON.parse(line) as { system?: string; objective?: number })
        .filter(({ system }) => system === 'karma');
      assert.ok(
        result.objective > judged[0].objective! + 0.002,
        `seed ${seed}: ${judged[0].objective} -> ${result.objective}`,
      );
    }
  });
});
