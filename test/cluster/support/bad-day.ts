/** A namespace in which transfers are started one after the other, each on a bad day of its own; for a `describe`. */
import assert from 'node:assert/strict';
import type { KubernetesCluster } from '../../../src/cluster/kubernetes/kubernetes-cluster.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import { Climb, restlessAgents, STALE_AFTER, type Rung } from './climb.ts';
import { Connected, signal } from './connected.ts';
import { eventually } from './kubectl.ts';
import type { Found } from './sample-namespace.ts';

export interface BadDay {
  readonly connected: Connected;
  readonly cluster: KubernetesCluster;
  readonly backend: Backend;
  readonly policies: Policies;
  /** The HPAs as they were: after each test they have to be so again. */
  readonly found: Found;
  /** With more replicas than the load needs, so that the agents have something to do. Stopped after the test. */
  startIn(rung: Rung): Promise<Climb>;
  /** Has one that the test began by itself stopped after it. */
  started(climb: Climb): Climb;
}

/** Registers the hooks that set it up; what it holds is there from the first test on. */
export function useBadDay(namespace: string): BadDay {
  let climb: Climb | undefined;
  const day = {
    async startIn(rung: Rung): Promise<Climb> {
      day.connected.namespace.kubectl(['scale', 'deployment', '--all', '--replicas=3']);
      return day.started(await Climb.to(rung, day.cluster, day.policies, day.backend));
    },
    started: (begun: Climb): Climb => (climb = begun),
  } as { -readonly [K in keyof BadDay]: BadDay[K] };

  before(async () => {
    day.connected = await Connected.start(namespace);
    day.connected.namespace.load('20:2h');
    day.backend = await createWasmBackend({ threads: 1 });
    day.policies = await restlessAgents(day.backend, day.connected.spec);
    day.cluster = await day.connected.connect();
    day.found = day.connected.namespace.found();
  });
  after(async () => {
    await day.connected.stop();
    day.backend.dispose();
  });
  beforeEach(async () => {
    day.connected.proxy.reset();
    // A fault before may have left a gap in what Prometheus knows.
    await eventually('every metric is there', async () =>
      (await day.cluster.observe(signal)).age.every((age) => age < STALE_AFTER),
    );
  });
  afterEach(async () => {
    day.connected.proxy.reset();
    await climb?.stop().catch(() => undefined);
    climb = undefined;
    assert.ok(day.connected.namespace.isAsFound(day.found), 'the HPAs are as they were found');
  });
  return day;
}
