import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HistoryRing } from '../../../../src/cluster/history.ts';
import { Autoscaler } from '../../../../src/cluster/hpa/autoscaler.ts';
import { defaultHpa, HpaController, hpaSystem } from '../../../../src/cluster/hpa/controller.ts';
import { DEFAULT_HPA, type HpaSettings, type ScalingRules } from '../../../../src/cluster/hpa/settings.ts';
import type { Observation } from '../../../../src/spec/observation.ts';
import { clusterOf, sampleCluster, service } from '../sample.ts';

interface Seen {
  ready: number;
  starting?: number;
  failed?: number;
  utilization: number;
  memory?: number;
}

const single = clusterOf([service('a', { entryPoint: true, replicas: { min: 1, max: 20 }, memory: 100 })]);

/** Shows the same to all environments of a one-service cluster. */
function history(environments: number): { ring: HistoryRing; show: (...seen: Seen[]) => void } {
  const ring = new HistoryRing(environments, 1, 15, 0);
  const show = (...seen: Seen[]): void => {
    ring.push({
      observe(into: Observation) {
        for (let e = 0; e < environments; e++) {
          const { ready, starting = 0, failed = 0, utilization, memory = 0 } = seen[e % seen.length];
          into.service.ready[e] = ready;
          into.service.starting[e] = starting;
          into.service.failed[e] = failed;
          into.service.utilization[e] = utilization;
          into.service.memory[e] = memory * ready * 100;
        }
      },
    });
  };
  return { ring, show };
}

/** Replicas after each sync, all pods ready at once. */
function course(settings: HpaSettings, start: number, utilizations: readonly number[]): number[] {
  const { ring, show } = history(1);
  const controller = new HpaController(single, 1, settings);
  const desired = Int32Array.of(start);
  return utilizations.map((utilization) => {
    show({ ready: desired[0], utilization });
    controller.decide(ring, desired);
    return desired[0];
  });
}

describe('The HPA controller', () => {
  it('The HPA grows at once, by at most 4 pods or 100 % a sync', () => {
    assert.deepEqual(course(DEFAULT_HPA, 2, [8, 8, 8]), [6, 12, 20]);
  });

  it('The HPA shrinks only once 300 s recommend it', () => {
    // The replicas that it finds count as recommended before.
    const replicas = course(DEFAULT_HPA, 8, new Array<number>(25).fill(0.2));
    assert.deepEqual(new Set(replicas.slice(0, 20)), new Set([8]));
    assert.equal(replicas[20], 2);
    const after = course(DEFAULT_HPA, 4, [0.8, 1.6, ...new Array<number>(25).fill(0.2)]);
    assert.deepEqual(new Set(after.slice(1, 21)), new Set([8]));
    assert.equal(after[21], 2);
  });

  it('The HPA follows the lowest recommendation within the window for scaling up', () => {
    const settings = { ...DEFAULT_HPA, scaleUp: { ...DEFAULT_HPA.scaleUp, stabilizationSeconds: 60 } };
    assert.deepEqual(course(settings, 2, [2, 2, 2, 2, 2]), [2, 2, 2, 2, 5]);
  });

  it('The HPA takes one pod away in 30 s where its policy says so', () => {
    const scaleDown: ScalingRules = {
      stabilizationSeconds: 0,
      policies: [{ type: 'Pods', value: 1, periodSeconds: 30 }],
      selectPolicy: 'Max',
    };
    assert.deepEqual(course({ ...DEFAULT_HPA, scaleDown }, 6, [0.1, 0.1, 0.1, 0.1, 0.1]), [5, 5, 4, 4, 3]);
  });

  it('The HPA keeps its own minimum within the bounds of the service', () => {
    const hasty = { ...DEFAULT_HPA, scaleDown: { ...DEFAULT_HPA.scaleDown, stabilizationSeconds: 0 } };
    assert.deepEqual(course({ ...hasty, minReplicas: 3 }, 8, [0.01]), [3]);
    assert.deepEqual(course({ ...DEFAULT_HPA, minReplicas: 99 }, 8, [0.8]), [20]);
  });

  it('The HPA holds where metrics are missing, and looks at memory if asked', () => {
    assert.deepEqual(course(DEFAULT_HPA, 5, [NaN, NaN]), [5, 5]);
    const { ring, show } = history(1);
    const controller = new HpaController(single, 1, { ...DEFAULT_HPA, memoryTarget: 0.5 });
    const desired = Int32Array.of(4);
    show({ ready: 4, utilization: 0.4, memory: 1 });
    controller.decide(ring, desired);
    assert.equal(desired[0], 8);
  });

  it('The HPA forgets an environment that is reset, and no other', () => {
    const { ring, show } = history(2);
    const controller = new HpaController(single, 2);
    const desired = Int32Array.of(4, 4);
    show({ ready: 4, utilization: 1.6 });
    controller.decide(ring, desired);
    controller.reset(0);
    desired.set([3, 3]);
    show({ ready: 3, utilization: 0.2 });
    controller.decide(ring, desired);
    // The second still remembers that 8 were recommended, so it does not shrink below what is there; the first found 3.
    assert.deepEqual([...desired], [3, 3]);
    for (let sync = 0; sync < 19; sync++) controller.decide(ring, desired);
    assert.deepEqual([...desired], [3, 1]);
    controller.decide(ring, desired);
    assert.deepEqual([...desired], [1, 1]);
  });

  it('The HPA takes settings per service, and refuses another number of them', () => {
    const settings = [0.5, 0.6, 0.7, 0.8].map((cpuTarget) => ({ ...DEFAULT_HPA, cpuTarget }));
    const controller = hpaSystem('tuned', settings).make(sampleCluster, 1);
    assert.deepEqual([controller.name, controller.interval], ['tuned', 15]);
    const ring = new HistoryRing(1, 4, 15, 0);
    ring.push({
      observe: (into) => {
        into.service.ready.fill(3);
        into.service.utilization.fill(0.7);
      },
    });
    const desired = Int32Array.of(3, 3, 3, 3);
    controller.decide(ring, desired);
    // Ratios 1.4, 1.17 (the maximum of b is 3), 1, .875.
    assert.deepEqual([...desired], [5, 3, 3, 3]);
    assert.throws(() => new HpaController(sampleCluster, 1, settings.slice(1)), RangeError);
    assert.equal(defaultHpa.make(sampleCluster, 1).name, 'hpa');
  });

  it('A restored HPA goes on from its saved state', () => {
    const random = () => [0.3, 1.4, 0.2, 0.9, 0.5, 0.1, 0.1, 0.6];
    const straight = history(1);
    const controller = new HpaController(single, 1);
    const desired = Int32Array.of(4);
    const other = new HpaController(single, 1);
    const resumed = Int32Array.of(0);
    random().forEach((utilization, k) => {
      straight.show({ ready: desired[0], utilization });
      if (k === 4) {
        other.restore(controller.save());
        resumed.set(desired);
      }
      controller.decide(straight.ring, desired);
      if (k < 4) return;
      other.decide(straight.ring, resumed);
      assert.deepEqual(resumed, desired);
    });
    assert.throws(() => new HpaController(single, 2).restore(controller.save()), RangeError);
  });
});

const policy = fc.record({
  type: fc.constantFrom('Pods' as const, 'Percent' as const),
  value: fc.integer({ min: 1, max: 120 }),
  periodSeconds: fc.constantFrom(15, 30, 60, 100),
});
const scalingRules = fc.record({
  stabilizationSeconds: fc.constantFrom(0, 15, 40, 60, 120),
  policies: fc.array(policy, { maxLength: 3 }),
  selectPolicy: fc.constantFrom('Max' as const, 'Min' as const, 'Disabled' as const),
});
const hpaSettings: fc.Arbitrary<HpaSettings> = fc.record({
  cpuTarget: fc.double({ min: 0.3, max: 1.2, noNaN: true }),
  memoryTarget: fc.option(fc.double({ min: 0.3, max: 1, noNaN: true }), { nil: undefined }),
  tolerance: fc.constantFrom(0, 0.05, 0.1, 0.3),
  scaleUp: scalingRules,
  scaleDown: scalingRules,
});
const seen: fc.Arbitrary<Seen> = fc.record({
  ready: fc.integer({ min: 0, max: 12 }),
  starting: fc.integer({ min: 0, max: 4 }),
  failed: fc.integer({ min: 0, max: 3 }),
  utilization: fc.oneof(fc.double({ min: 0, max: 1.5, noNaN: true }), fc.constant(NaN)),
  memory: fc.double({ min: 0, max: 1.5, noNaN: true }),
});

describe('One autoscaler and the columns of a controller', () => {
  it('One autoscaler and the columns of the controller decide alike', () => {
    fc.assert(
      fc.property(
        hpaSettings,
        fc.array(fc.tuple(seen, seen), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        (settings, course, start) => {
          const { ring, show } = history(2);
          const controller = new HpaController(single, 2, settings);
          const desired = Int32Array.of(start, start);
          const autoscalers = [new Autoscaler(settings), new Autoscaler(settings)];
          const replicas = [start, start];
          course.forEach((both, k) => {
            show(...both);
            controller.decide(ring, desired);
            both.forEach(({ ready, starting = 0, failed = 0, utilization, memory = 0 }, e) => {
              const metrics = {
                ready,
                cpu: utilization,
                memory: ready > 0 ? (memory * ready * 100) / (ready * 100) : NaN,
                unready: starting,
                missing: failed,
              };
              replicas[e] = autoscalers[e].sync(15 * k, replicas[e], metrics, { min: 1, max: 20 });
            });
            assert.deepEqual([...desired], replicas);
          });
        },
      ),
      { seed: 11, numRuns: 500 },
    );
  });
});
