/**
 * The controller in the cluster. Its configuration is mounted (configuration.ts). It connects with the service account of its
 * pod, or with KUBECONFIG where it is tried out elsewhere. It prints one JSON object a line: the audit trail and what happens to
 * the lease. On SIGTERM it restores the HPAs, releases the lease and ends.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { connectCluster } from '../../cluster/kubernetes/connect.ts';
import type { ClusterIdentity, Snapshot } from '../../cluster/live/live-cluster.ts';
import { stateOf } from '../../modeling/traces/layout.ts';
import { TraceStore } from '../../modeling/traces/trace-store.ts';
import { createWasmBackend } from '../../nn/wasm/backend.ts';
import { RefreshOffers } from '../../transferring/refresh-offers.ts';
import { makeTraceRecorder } from '../../transferring/trace-recorder.ts';
import { formatProblem } from '../../spec/problem.ts';
import { describeFailure } from '../../jobs/failure.ts';
import { systemTimers } from '../../jobs/running/system-timers.ts';
import { SpecError } from '../../jobs/starting/spec-error.ts';
import { readConfiguration, type Configuration } from '../../operating/controller/configuration.ts';
import { runController } from '../../operating/controller/controller.ts';
import { ControllerMetrics } from '../../operating/controller/controller-metrics.ts';
import { observedCluster } from '../../operating/controller/observed-cluster.ts';
import { startProbes } from '../../operating/controller/probes.ts';
import { SignsOfLife } from '../../operating/controller/signs-of-life.ts';
import { readArguments, type ControllerArguments } from './options.ts';

/** The compiled kernels as base64: the build puts them in, so that the controller is one file. */
declare const KARMA_KERNELS: string | undefined;

try {
  process.exitCode = await main();
} catch (error) {
  const problems = error instanceof SpecError ? error.problems.map(formatProblem) : [];
  say({ type: 'failed', message: describeFailure(error).message, problems });
  process.exitCode = 1;
}
// A watch or a kept connection may still be open.
process.exit();

async function main(): Promise<number> {
  const given = readArguments();
  const configuration = readConfiguration(given.config, given.transfer);
  const { spec, policies, drift } = configuration;
  const { signal } = stopOnSignals();
  const metrics = new ControllerMetrics();
  const life = new SignsOfLife(systemTimers, spec.decisionInterval);
  await using closing = new AsyncDisposableStack();
  const probes = await startProbes({
    port: given.port,
    health: life.health,
    readiness: life.readiness,
    metrics: () => metrics.text(),
  });
  closing.defer(() => void probes.close());
  const backend = closing.adopt(await createWasmBackend(kernels()), (each) => each.dispose());
  const cluster = closing.adopt(await connect(configuration, given), (each) => each.close());
  const identity = given.identity || `${process.env.POD_NAME ?? hostname()}_${randomUUID().slice(0, 8)}`;
  const store = given.traces === '' ? undefined : closing.use(new TraceStore(given.traces));
  say({ type: 'started', identity, stage: given.stage, ...cluster.identity });
  await runController({
    cluster: observedCluster(cluster, life.onObserved),
    configuration,
    backend,
    upTo: given.stage,
    identity,
    timers: systemTimers,
    onSign: life.onSign,
    driftOf: ({ observation }) => drift?.distance(stateOf(observation)) ?? NaN,
    audit: (record) => {
      life.onSign();
      metrics.record(record, life.sinceObserved);
      say(record);
    },
    onTransition: keepTransitions(configuration, { identity, place: cluster.identity, store, metrics }),
    onLease: (event) => {
      life.onLease(event);
      metrics.lease(event);
      say({ type: 'lease', ...event });
    },
    signal,
  });
  say({ type: 'stopped', policies: policies.training });
  return 0;
}

function stopOnSignals(): AbortController {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
  return stop;
}

function connect({ spec, transfer }: Configuration, { context }: ControllerArguments) {
  return connectCluster(spec, {
    env: process.env,
    now: Date.now,
    timers: systemTimers,
    context,
    namespace: transfer.target.namespace,
    prometheusToken: process.env.KARMA_PROMETHEUS_TOKEN,
    onWarning: (message) => say({ type: 'warning', message }),
  });
}

function kernels(): Parameters<typeof createWasmBackend>[0] {
  if (typeof KARMA_KERNELS !== 'string') return {};
  return { files: { kernels: Buffer.from(KARMA_KERNELS, 'base64'), worker: new URL(import.meta.url) } };
}

interface TransitionKeeper {
  readonly identity: string;
  readonly place: ClusterIdentity;
  readonly store: TraceStore | undefined;
  readonly metrics: ControllerMetrics;
}

/** New transitions go into the trace store, and say when something is due to be renewed. */
function keepTransitions(
  { spec, transfer }: Configuration,
  { identity, place, store, metrics }: TransitionKeeper,
): (before: Snapshot, after: Snapshot) => void {
  const recorder = store && makeTraceRecorder(store, spec, place, `controller ${identity}`);
  const offers = new RefreshOffers(transfer.refresh);
  return (before, after) => {
    recorder?.record(before, after);
    for (const offer of offers.due(after.time, recorder?.transitions ?? 0)) {
      metrics.offer(offer);
      say({ type: 'offer', ...offer });
    }
  };
}

function say(value: object): void {
  process.stdout.write(`${JSON.stringify({ t: new Date().toISOString(), ...value })}\n`);
}
