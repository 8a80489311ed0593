/**
 * Measures an observation and a round of writes in a namespace of hundreds of deployments, on a real API server with a simulated node.
 * What kubectl needs for the same objects at the same moment is the measure, because seconds would measure the machine.
 */
import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterWrite } from '../../../../src/cluster/live/live-cluster.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import { connectCluster } from '../../../../src/cluster/kubernetes/connect.ts';
import type { KubernetesCluster } from '../../../../src/cluster/kubernetes/kubernetes-cluster.ts';
import { statusOf } from '../../../../src/cluster/kubernetes/watching/namespace-status.ts';
import { leaseOptions } from '../../../../src/jobs/running/real-cluster.ts';
import type { Cluster } from '../../../../src/spec/model.ts';
import { applyWrites } from '../../../../src/transferring/apply.ts';
import { withLease } from '../../../../src/transferring/holding-lease.ts';
import { signal } from '../../support/connected.ts';
import { startFakePrometheus } from '../../support/fake-prometheus.ts';
import { eventually, kubeconfig, kubectl, kubectlJson } from '../../support/kubectl.ts';
import { clusterSpec, clusterYaml } from '../../support/sample-project.ts';

const COUNT = 500;
const NAMESPACE = 'many';
/** How many times as long as kubectl a call that reads may take, and a round of writes, each of which is a dry run first. */
const READING = 2;
const WRITING = 5;

interface Items<T> {
  readonly items: readonly T[];
}
interface Hpa {
  readonly spec: { readonly behavior?: { readonly scaleUp?: { readonly selectPolicy?: string } } };
}

describe(`a namespace of ${COUNT} deployments`, function () {
  this.timeout(15 * 60_000);
  const names = Array.from({ length: COUNT }, (_, n) => `service-${n}`);
  let prometheus: { url: string; server: Server };
  let spec: Cluster;
  let cluster: KubernetesCluster;

  before(async () => {
    kubectl(['create', 'namespace', NAMESPACE]);
    const items = names.flatMap((name) => [deployment(name), hpa(name)]);
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    kubectl(['-n', NAMESPACE, 'create', '-f', '-'], { input: list });
    prometheus = await startFakePrometheus(names);
    const sample = clusterSpec(clusterYaml(NAMESPACE, { url: prometheus.url }));
    const [first] = sample.services;
    spec = { ...sample, services: names.map((name) => ({ ...first, name, calls: [] })) };
    cluster = await connectCluster(spec, {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      now: Date.now,
      timers: systemTimers,
      context: '',
    });
  });
  after(async () => {
    await cluster?.close();
    prometheus?.server.close();
    kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  });

  it(`A namespace of ${COUNT} deployments is observed in at most ${READING} times the time of kubectl, whether or not its pods are settled`, async function () {
    const busyPeer = await seconds(readByKubectl);
    const unsettled = await seconds(() => cluster.observe(signal));
    await eventually('its pods are ready', async () => {
      // The server is busy with the pods, and each look costs it more.
      await sleep(5_000);
      const { observation } = await cluster.observe(signal);
      return observation.service.ready.every((ready) => ready > 0);
    });
    const peer = await seconds(readByKubectl);
    const settled = await seconds(() => cluster.observe(signal));
    const snapshot = await cluster.observe(signal);
    assert.ok(snapshot.age.every((age) => age < 30));
    assert.ok(snapshot.hpas.every((each) => each?.maxReplicas === 3));
    const status = await seconds(() => Promise.resolve(statusOf(spec, cluster.identity, snapshot)));
    const preflight = await seconds(() => cluster.preflight(signal));
    this.test!.title += ` (${compared(unsettled, busyPeer)} unsettled, ${compared(settled, peer)} settled, status ${(1000 * status).toFixed(0)} ms, preflight ${compared(preflight, peer)})`;
    assert.ok(unsettled <= READING * busyPeer && Math.max(settled, preflight) <= READING * peer, this.test!.title);
  });

  it(`The HPAs of ${COUNT} deployments are paused and restored in at most ${WRITING} times the time in which kubectl annotates them`, async function () {
    await cluster.observe(signal);
    const peer = await seconds(annotateByKubectl);
    const pauses = names.map((service): ClusterWrite => ({ type: 'pauseHpa', service }));
    const paused = await seconds(() => apply(pauses));
    assert.equal(pausedNow(), COUNT);
    const restored = await seconds(async () => {
      const changed = await cluster.changedHpas(signal);
      assert.equal(changed.length, COUNT);
      await apply(changed.map(({ service, original }): ClusterWrite => ({ type: 'restoreHpa', service, original })));
    });
    assert.equal(pausedNow(), 0);
    this.test!.title += ` (paused in ${compared(paused, peer)}, restored in ${compared(restored, peer)})`;
    assert.ok(Math.max(paused, restored) <= WRITING * peer, this.test!.title);
  });

  const apply = (writes: readonly ClusterWrite[]) =>
    withLease({ ...leaseOptions(), cluster, signal }, async (fence) => {
      const limits = { move: 1, podsPerDecision: 1 };
      const place = {
        spec,
        limits,
        stage: 'full',
        dryRun: false,
        audit: () => undefined,
        time: 0,
        current: [],
      } as const;
      const { refused } = await applyWrites(cluster, writes, { ...place, signal, fence });
      assert.deepEqual(refused, []);
    });
});

const pausedNow = (): number =>
  kubectlJson<Items<Hpa>>('-n', NAMESPACE, 'get', 'hpa').items.filter(
    ({ spec: { behavior } }) => behavior?.scaleUp?.selectPolicy === 'Disabled',
  ).length;

/** Reads what an observation reads from the API server. */
const readByKubectl = (): unknown => kubectlJson('-n', NAMESPACE, 'get', 'deployments,pods,horizontalpodautoscalers');

/** Writes to every HPA, one after the other. */
const annotateByKubectl = (): unknown =>
  kubectl(['-n', NAMESPACE, 'annotate', 'horizontalpodautoscalers', '--all', `written-at=${performance.now()}`]);

const compared = (took: number, peer: number): string => `${took.toFixed(1)} s, kubectl ${peer.toFixed(1)} s`;

async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const deployment = (name: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'app', image: 'any', resources: { requests: { cpu: '1m', memory: '1Mi' } } }] },
    },
  },
});

const hpa = (name: string): object => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 1,
    maxReplicas: 3,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  },
});
