/** The sample namespace on a fake API server, and a kubeconfig that leads there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeApiServer, type FakeApiOptions, type KubeObject } from './api-server.ts';
import { answersBy, FakePrometheus } from './prometheus.ts';

export const NAMESPACE = 'chained';
export const deployments = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
export const hpas = `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers`;
export const pods = `/api/v1/namespaces/${NAMESPACE}/pods`;
export const events = `/api/v1/namespaces/${NAMESPACE}/events`;

export interface SampleService {
  readonly name: string;
  readonly replicas: number;
  readonly max: number;
  readonly cpu: string;
  readonly memory: string;
  readonly next: string;
}

export const SERVICES: readonly SampleService[] = [
  {
    name: 'a',
    replicas: 2,
    max: 5,
    cpu: '500m',
    memory: '256Mi',
    next: 'http://$(B_SERVICE_HOST),http://$(C_SERVICE_HOST)',
  },
  { name: 'b', replicas: 2, max: 3, cpu: '400m', memory: '512Mi', next: 'http://$(D_SERVICE_HOST)' },
  { name: 'c', replicas: 1, max: 4, cpu: '600m', memory: '512Mi', next: 'http://d.chained:80' },
  { name: 'd', replicas: 1, max: 6, cpu: '700m', memory: '1Gi', next: '' },
];

export function deployment(service: SampleService, status?: { replicas: number; readyReplicas: number }): KubeObject {
  const { name, replicas, cpu, memory, next } = service;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, uid: `deployment-${name}` },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [{ name: 'app', env: [{ name: 'NEXT', value: next }], resources: { requests: { cpu, memory } } }],
        },
      },
    },
    status: status ?? { replicas, readyReplicas: replicas },
  };
}

export function hpa({ name, max, replicas }: SampleService, spec: object = {}): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: `${name}-hpa`, namespace: NAMESPACE },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 1,
      maxReplicas: max,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
      ...spec,
    },
    status: { currentReplicas: replicas, desiredReplicas: replicas },
  };
}

export type PodState = 'ready' | 'starting' | 'pending' | 'crashed' | 'evicted' | 'leaving';

export function pod(service: SampleService, number: number, state: PodState): KubeObject {
  const { name, cpu } = service;
  const waiting = state === 'crashed' ? { waiting: { reason: 'CrashLoopBackOff' } } : {};
  return {
    metadata: {
      name: `${name}-6d4b75cb6d-${'bcdfg'[number]}wxz2`,
      namespace: NAMESPACE,
      labels: { app: name, 'pod-template-hash': '6d4b75cb6d' },
      ownerReferences: [{ kind: 'ReplicaSet', name: `${name}-6d4b75cb6d` }],
      ...(state === 'leaving' ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: {
      ...(state === 'pending' ? {} : { nodeName: 'node' }),
      containers: [{ name: 'app', resources: { requests: { cpu } } }],
    },
    status: {
      phase: state === 'evicted' ? 'Failed' : state === 'pending' ? 'Pending' : 'Running',
      conditions: [{ type: 'Ready', status: state === 'ready' || state === 'leaving' ? 'True' : 'False' }],
      containerStatuses: [{ restartCount: 0, state: waiting }],
    },
  };
}

/** What the sample's queries give, by a text that only they contain; the most particular first. */
export const SAMPLE_VALUES = {
  chained_queue_length: { a: 4, b: 3, c: 2, d: 1 },
  duration_seconds_sum: { a: 0.3, b: 0.2, c: 0.1, d: 0.05 },
  'reason=~"downstream"': { a: 98, b: 99, c: 99, d: 198 },
  chained_requests_failed_total: { a: 2, b: 1, c: 1, d: 2 },
  chained_requests_received_total: { a: 100, b: 100, c: 100, d: 200 },
  chained_requests_succeeded_total: { a: 97, b: 98, c: 99, d: 198 },
  chained_received_bytes_total: { a: 800, b: 400, c: 400, d: 800 },
  chained_sent_bytes_total: { a: 900, b: 500, c: 500, d: 900 },
  container_cpu_usage_seconds_total: { a: 400, b: 300, c: 200, d: 100 },
  container_memory_working_set_bytes: { a: 128, b: 256, c: 100, d: 500 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface FakeCluster {
  readonly api: FakeApiServer;
  readonly prometheus: FakePrometheus;
  /** Its address. */
  readonly server: string;
  readonly folder: string;
  /** For the client: nothing but KUBECONFIG. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

export interface FakeClusterOptions extends FakeApiOptions {
  /** `users[].user` of the kubeconfig. */
  readonly user?: object;
  /** More of `clusters[].cluster`. */
  readonly cluster?: object;
}

/** Four services with HPAs, Prometheus behind the service monitoring/prometheus:9090, and a kubeconfig with context 'fake'. */
export async function startFakeCluster({
  user = {},
  cluster = {},
  ...options
}: FakeClusterOptions = {}): Promise<FakeCluster> {
  const api = new FakeApiServer(options);
  const prometheus = new FakePrometheus();
  prometheus.rules = [answersBy(SAMPLE_VALUES)];
  for (const service of SERVICES) {
    api.put(deployments, deployment(service));
    api.put(hpas, hpa(service));
  }
  api.services.set('monitoring/prometheus:9090', (request, response) => prometheus.handle(request, response));
  const server = await api.start();
  const folder = mkdtempSync(join(tmpdir(), 'karma-fake-'));
  const env = { KUBECONFIG: join(folder, 'config'), PATH: process.env.PATH };
  writeFileSync(env.KUBECONFIG, JSON.stringify(kubeconfig({ server, user, cluster })));
  return {
    api,
    prometheus,
    server,
    folder,
    env,
    async stop() {
      await api.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface KubeconfigOptions {
  readonly server: string;
  readonly name?: string;
  readonly user?: object;
  readonly cluster?: object;
  readonly namespace?: string;
}

/** JSON is YAML too. */
export function kubeconfig({
  server,
  name = 'fake',
  user = {},
  cluster = {},
  namespace = NAMESPACE,
}: KubeconfigOptions) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name: `${name}-cluster`, cluster: { server, 'insecure-skip-tls-verify': true, ...cluster } }],
    users: [{ name: `${name}-user`, user }],
    contexts: [{ name, context: { cluster: `${name}-cluster`, user: `${name}-user`, namespace } }],
  };
}
