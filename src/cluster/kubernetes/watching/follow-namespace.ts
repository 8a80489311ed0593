/** Reports on a namespace again and again. When the kubeconfig changes, it connects to the cluster that the context now names. */
import { statSync } from 'node:fs';
import type { Cluster } from '../../../spec/model.ts';
import { ClusterError } from '../../live/live-cluster.ts';
import { ApiServer } from '../client/api-server.ts';
import type { ConnectOptions } from '../connect.ts';
import { kubeconfigFiles } from '../client/kubeconfig.ts';
import { NamespaceReporter, type NamespaceReport } from './namespace-report.ts';
import { emptyStatus } from './namespace-status.ts';
import { watchList } from './watch.ts';
import { deploymentsPath, hpasPath } from '../reading/workload.ts';

export interface FollowOptions extends Omit<ConnectOptions, 'onWarning'> {
  readonly signal: AbortSignal;
  readonly onReport: (report: NamespaceReport) => void;
  /** Seconds: `interval` between two reports if nothing changes, and `pause` at least between any two. */
  readonly interval?: number;
  readonly pause?: number;
}

/** Seconds that a report may take. The first also runs credential programs. With the interval, the total stays below 10 s. */
const FIRST_LIMIT = 8;
const LIMIT = 5;
/** Seconds between two checks of the kubeconfig files. */
const KUBECONFIG = 1;

/** Resolves when `signal` aborts. */
export async function followNamespace(spec: Cluster, options: FollowOptions): Promise<void> {
  const { signal, onReport, context, prometheusToken, interval = 4 } = options;
  const namespace = options.namespace ?? spec.namespace;
  while (!signal.aborted) {
    const changed = new AbortController();
    const unwatch = watchKubeconfig(options, () => changed.abort());
    const end = AbortSignal.any([signal, changed.signal]);
    try {
      const api = await ApiServer.open(options);
      const reporter = new NamespaceReporter({ spec, namespace, api, prometheusToken });
      await reportChanges(reporter, api, { ...options, signal: end }).finally(() => reporter.close());
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      const nowhere = { context, server: '', namespace };
      if (!end.aborted)
        onReport({ ...emptyStatus(spec, nowhere), writer: '', lastWriter: '', problems: [error.message] });
      await rest(options, interval, end);
    } finally {
      unwatch();
    }
  }
}

/** Reports when a Deployment or an HPA changes, and at intervals for the metrics, until `signal` aborts. */
async function reportChanges(
  reporter: NamespaceReporter,
  api: ApiServer,
  { signal, timers, onReport, interval = 4, pause = 1 }: FollowOptions,
): Promise<void> {
  const end = new AbortController();
  let wake = (): void => undefined;
  const follow = (path: string): Promise<void> =>
    watchList({
      api,
      path,
      signal: AbortSignal.any([signal, end.signal]),
      onChange: () => wake(),
      onState: (why) => why !== '' && wake(),
      // Without the right to watch, the interval must be enough.
    }).catch(() => undefined);
  const { namespace } = reporter.identity;
  const following = Promise.all([follow(deploymentsPath(namespace)), follow(hpasPath(namespace))]);
  try {
    for (let limit = FIRST_LIMIT; ; limit = LIMIT) {
      const woken = new AbortController();
      wake = () => woken.abort();
      const report = await reporter.report(limit, signal);
      if (signal.aborted) return;
      onReport(report);
      await rest({ timers }, pause, signal);
      await rest({ timers }, interval - pause, AbortSignal.any([signal, woken.signal]));
    }
  } finally {
    end.abort();
    await following;
  }
}

/** Calls `onChange` once when a kubeconfig file changes. Returns a function that stops watching. */
function watchKubeconfig({ env, timers }: Pick<FollowOptions, 'env' | 'timers'>, onChange: () => void): () => void {
  const before = stamp(env);
  let cancel = timers.after(KUBECONFIG, compare);
  function compare(): void {
    if (stamp(env) !== before) return onChange();
    cancel = timers.after(KUBECONFIG, compare);
  }
  return () => cancel();
}

/** Returns a text that changes when a kubeconfig file does. */
function stamp(env: NodeJS.ProcessEnv): string {
  return kubeconfigFiles(env)
    .map((file) => {
      const status = statSync(file, { throwIfNoEntry: false });
      return `${file} ${status?.ino} ${status?.mtimeMs} ${status?.size}`;
    })
    .join('\n');
}

const rest = ({ timers }: Pick<FollowOptions, 'timers'>, seconds: number, signal: AbortSignal): Promise<void> =>
  timers.sleep(seconds, signal).catch(() => undefined);
