import assert from 'node:assert/strict';
import { observedObjective } from '../../../src/cluster/live/observed-objective.ts';
import { emptyIndicators, objective, resilience, resilienceTerms } from '../../../src/cluster/resilience.ts';
import { stateSize, STATE_FIELDS, writeState } from '../../../src/cluster/state.ts';
import { emptyObservation } from '../../../src/spec/observation.ts';
import { clusterOf, sampleCluster, service } from './sample.ts';

const EQUAL = { success: 0.2, pods: 0.2, latency: 0.2, entryPoints: 0.2, traffic: 0.2 };

function termsOf(given: Partial<ReturnType<typeof emptyIndicators>>): number[] {
  const terms = new Float64Array(5);
  resilienceTerms({ ...emptyIndicators(), ...given }, 0.5, terms);
  return [...terms];
}

describe('Operational resilience', () => {
  it('Operational resilience is the weighted sum of the five published terms', () => {
    const terms = termsOf({
      received: 200,
      succeeded: 150,
      failedPods: 2,
      deployedPods: 8,
      latency: 0.1,
      entryPoints: 0.5,
      outgoing: 360,
      expected: 400,
    });
    assert.deepEqual(terms, [0.75, 0.75, 0.8, 0.5, 0.9]);
    assert.ok(Math.abs(resilience(terms, EQUAL) - 0.74) < 1e-12);
    const weights = { success: 1, pods: 0, latency: 0, entryPoints: 0, traffic: 0 };
    assert.equal(resilience(terms, weights), 0.75);
  });

  it('Resilience counts nothing received and nothing expected as full', () => {
    assert.deepEqual(termsOf({ deployedPods: 3 }), [1, 1, 1, 1, 1]);
  });

  it('Pods that failed with none deployed count as all failed, and no pods at all as none', () => {
    assert.equal(termsOf({ failedPods: 2, deployedPods: 0 })[1], 0);
    assert.equal(termsOf({ failedPods: 0, deployedPods: 0 })[1], 1);
    assert.equal(termsOf({ failedPods: 4, deployedPods: 2 })[1], 0);
  });

  it('Resilience clips success, latency and traffic at one', () => {
    const [success, , latency, , traffic] = termsOf({
      received: 10,
      succeeded: 12,
      latency: 9,
      outgoing: 30,
      expected: 20,
    });
    assert.deepEqual([success, latency, traffic], [1, 0, 1]);
  });

  it('The objective is resilience less the cost of the allocated share of the CPU', () => {
    assert.ok(Math.abs(objective(0.95, 0.8, 0.1) - 0.87) < 1e-12);
  });

  it('Resilience can be read off metrics alone', () => {
    const observation = emptyObservation(2, 4);
    const { service: of, cluster } = observation;
    const received = [200, 150, 200, 300];
    const served = [150, 150, 150, 300];
    for (let s = 0; s < 4; s++) {
      of.received[4 + s] = received[s];
      of.served[4 + s] = served[s];
      of.ready[4 + s] = 2;
    }
    of.failed[5] = 2;
    cluster.successRate[1] = 0.75;
    cluster.latency[1] = 0.2;
    cluster.cpuAllocated[1] = 0.5;
    const { terms, resilience: value, objective: j } = observedObjective(sampleCluster, observation, 1);
    // 200 requests should cause 400 calls of d; 300 left it. 2 of 8 pods failed.
    assert.deepEqual([...terms], [0.75, 0.75, 0.6, 1, 0.75]);
    assert.ok(Math.abs(value - 0.77) < 1e-12);
    assert.ok(Math.abs(j - 0.72) < 1e-12);
  });
});

describe('Resilience read off metrics', () => {
  it('Resilience leaves calls from other services out of what an entry point received', () => {
    const cluster = clusterOf([
      service('front', { entryPoint: true, calls: [1] }),
      service('api', { entryPoint: true }),
    ]);
    const observation = emptyObservation(1, 2);
    observation.service.received.set([50, 80]);
    observation.service.served.set([50, 60]);
    observation.service.ready.set([1, 1]);
    observation.cluster.successRate.set([0.75]);
    // 50 from outside at front, 30 at api: 80 should leave api, 60 do.
    const { terms } = observedObjective(cluster, observation);
    assert.deepEqual([terms[0], terms[4]], [0.75, 0.75]);
  });
});

describe('The published state', () => {
  it('The published state holds nine numbers per deployment in the published order', () => {
    const symbols = STATE_FIELDS.map((field) => field.symbol);
    assert.deepEqual(symbols, ['n_id', 'd_dep', 'd_des', 'd_err', 'd_rem', 'r_cpu', 'r_ram', 't_in', 't_out']);
    assert.equal(stateSize(4), 36);
    const observation = emptyObservation(2, 2);
    const fields = ['ready', 'desired', 'failed', 'pending', 'cpu', 'memory', 'rx', 'tx'] as const;
    fields.forEach((field, k) => {
      observation.service[field][2] = 10 + k;
      observation.service[field][3] = 20 + k;
    });
    const state = new Float64Array(19);
    writeState(observation, 1, state, 1);
    assert.deepEqual([...state], [0, 0, 10, 11, 12, 13, 14, 15, 16, 17, 1, 20, 21, 22, 23, 24, 25, 26, 27]);
  });
});
