/** A namespace for a `describe` in which each test starts a transfer and makes something go wrong. */
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
  /** The HPAs as they were found; they must be so again after each test. */
  readonly found: Found;
  /** Gives every Deployment more replicas than the load needs, so that the agents have something to do. */
  giveWork(): void;
  /** Gives work and starts a transfer. It is stopped after the test. */
  startIn(rung: Rung): Promise<Climb>;
  /** Registers a transfer that the test started itself, so that it is stopped after the test. */
  started(climb: Climb): Climb;
}

/** Registers the hooks that set up the namespace. The properties are available from the first test on. */
export function useBadDay(namespace: string): BadDay {
  let climb: Climb | undefined;
  const day = {
    giveWork(): void {
      day.connected.namespace.kubectl(['scale', 'deployment', '--all', '--replicas=3']);
    },
    async startIn(rung: Rung): Promise<Climb> {
      day.giveWork();
      return day.started(await Climb.to(rung, day.cluster, day.policies, day.backend));
    },
    started: (begun: Climb): Climb => (climb = begun),
  } as { -readonly [K in keyof BadDay]: BadDay[K] };

  before(async () => {
    day.connected = await Connected.start(namespace);
    day.connected.namespace.load('10:2h');
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
    // An earlier fault may have left a gap in the data of Prometheus.
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
