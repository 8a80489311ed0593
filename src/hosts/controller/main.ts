/**
 * The controller in the cluster. Everything it goes by is mounted (configuration.ts); it connects with the service account of
 * its pod, or with KUBECONFIG where it is tried out elsewhere. stdout: one JSON object a line, the audit trail and what happens
 * to the lease. SIGTERM: the HPAs are restored, the lease is released, then it ends.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import type { SharedLiveCluster } from '../../cluster/live/live-cluster.ts';
import { connectCluster } from '../../cluster/kubernetes/connect.ts';
import { stateOf } from '../../modeling/traces/layout.ts';
import { TraceStore } from '../../modeling/traces/trace-store.ts';
import { createWasmBackend } from '../../nn/wasm/backend.ts';
import type { Stage } from '../../transferring/ladder.ts';
import { RefreshOffers } from '../../transferring/refresh-offers.ts';
import { makeTraceRecorder, type TraceRecorder } from '../../transferring/trace-recorder.ts';
import { formatProblem } from '../../spec/problem.ts';
import { describeFailure } from '../../jobs/failure.ts';
import { systemTimers } from '../../jobs/running/system-timers.ts';
import { SpecError } from '../../jobs/starting/spec-error.ts';
import { readConfiguration } from '../../operating/controller/configuration.ts';
import { runController } from '../../operating/controller/controller.ts';
import { ControllerMetrics } from '../../operating/controller/controller-metrics.ts';
import { startProbes } from '../../operating/controller/probes.ts';

/** The compiled kernels as base64: the build puts them in, so that the controller is one file. */
declare const KARMA_KERNELS: string | undefined;

const STAGES: readonly string[] = ['shadow', 'floor', 'canary', 'full'] satisfies Stage['stage'][];
/** Seconds without a sign of life of one that leads, beside the decision interval, after which the kubelet should start it anew. */
const SILENCE = 120;

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
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: '/etc/karma-mas' },
      transfer: { type: 'string', default: '' },
      stage: { type: 'string', default: 'canary' },
      traces: { type: 'string', default: '' },
      context: { type: 'string', default: '' },
      port: { type: 'string', default: '8080' },
      identity: { type: 'string', default: '' },
    },
  });
  if (!STAGES.includes(values.stage)) throw new Error(`--stage must be one of ${STAGES.join(', ')}.`);
  const configuration = readConfiguration(values.config, values.transfer);
  const { spec, transfer, policies, drift } = configuration;
  const { clock } = systemTimers;
  const metrics = new ControllerMetrics();
  let leads = false;
  let lastSign = clock();
  let lastAnswer: number | undefined;
  let observedAt = clock();

  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());

  const limit = SILENCE + 2 * spec.decisionInterval;
  const silence = () => clock() - lastSign;
  const probes = await startProbes({
    port: Number(values.port),
    health: () => (leads && silence() > limit ? `no sign of life for ${Math.round(silence())} s` : ''),
    readiness: () => (lastAnswer === undefined ? 'the API server has not answered yet' : ''),
    metrics: () => metrics.text(),
  });

  const cluster = await connectCluster(spec, {
    env: process.env,
    now: Date.now,
    timers: systemTimers,
    context: values.context,
    namespace: transfer.target.namespace,
    prometheusToken: process.env.KARMA_PROMETHEUS_TOKEN,
    onWarning: (message) => say({ type: 'warning', message }),
  });
  const observed = watched(cluster, () => {
    lastAnswer = clock();
    lastSign = observedAt = clock();
  });
  const backend = await createWasmBackend(
    typeof KARMA_KERNELS === 'string'
      ? { files: { kernels: Buffer.from(KARMA_KERNELS, 'base64'), worker: new URL(import.meta.url) } }
      : {},
  );
  const store = values.traces === '' ? undefined : new TraceStore(values.traces);
  const identity = values.identity || `${process.env.POD_NAME ?? hostname()}_${randomUUID().slice(0, 8)}`;
  const recorder: TraceRecorder | undefined =
    store && makeTraceRecorder(store, spec, cluster.identity, `controller ${identity}`);
  const offers = new RefreshOffers(transfer.refresh);
  say({ type: 'started', identity, stage: values.stage, ...cluster.identity });
  try {
    await runController({
      cluster: observed,
      configuration,
      backend,
      upTo: values.stage as Stage['stage'],
      identity,
      timers: systemTimers,
      onSign: () => (lastSign = clock()),
      driftOf: ({ observation }) => drift?.distance(stateOf(observation)) ?? NaN,
      audit: (record) => {
        lastSign = clock();
        metrics.record(record, clock() - observedAt);
        say(record);
      },
      onTransition: (before, after) => {
        recorder?.record(before, after);
        for (const offer of offers.due(after.time, recorder?.transitions ?? 0)) {
          metrics.offer(offer);
          say({ type: 'offer', ...offer });
        }
      },
      onLease: (event) => {
        if (event.event !== 'failed') lastAnswer = lastSign = clock();
        if (event.event === 'held') leads = true;
        if (event.event === 'lost' || event.event === 'released') leads = false;
        metrics.lease(event);
        say({ type: 'lease', ...event });
      },
      signal: stop.signal,
    });
    say({ type: 'stopped', policies: policies.training });
    return 0;
  } finally {
    await cluster.close();
    probes.close();
    backend.dispose();
    store?.close();
  }
}

/** The cluster, and word of each time that it was observed. */
function watched(cluster: SharedLiveCluster, onObserved: () => void): SharedLiveCluster {
  return {
    kind: 'shared',
    identity: cluster.identity,
    lease: cluster.lease,
    observe: async (signal) => {
      const snapshot = await cluster.observe(signal);
      onObserved();
      return snapshot;
    },
    write: (write, options) => cluster.write(write, options),
    changedHpas: (signal) => cluster.changedHpas(signal),
    preflight: (signal) => cluster.preflight(signal),
    wait: (seconds, signal) => cluster.wait(seconds, signal),
    close: () => cluster.close(),
  };
}

function say(value: object): void {
  process.stdout.write(`${JSON.stringify({ t: new Date().toISOString(), ...value })}\n`);
}
