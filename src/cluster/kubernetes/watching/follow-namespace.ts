/** Looks at a namespace again and again, and follows the kubeconfig: when that changes, it connects anew, to wherever it leads now. */
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../../spec/model.ts';
import { ClusterError } from '../../live/live-cluster.ts';
import { ApiServer } from '../client/api-server.ts';
import type { ConnectOptions } from '../connect.ts';
import { kubeconfigFiles } from '../client/kubeconfig.ts';
import { Looker, type Look } from './look.ts';
import { emptyStatus } from './namespace-status.ts';
import { watchList } from './watch.ts';
import { deploymentsPath, hpasPath } from '../reading/workload.ts';

export interface FollowOptions extends Omit<ConnectOptions, 'onWarning'> {
  readonly signal: AbortSignal;
  readonly onLook: (look: Look) => void;
  /** Seconds between two looks where nothing changes, and at least between any two. */
  readonly interval?: number;
  readonly pause?: number;
}

/** Seconds that a look may take; the first one starts the programs that give credentials. Together with the interval below 10 s. */
const FIRST_LIMIT = 8;
const LIMIT = 5;
/** Milliseconds between two looks at the kubeconfig's files. */
const KUBECONFIG = 1000;

/** Resolves when `signal` aborts. */
export async function followNamespace(spec: Cluster, options: FollowOptions): Promise<void> {
  const { signal, onLook, env, context, prometheusToken, interval = 4 } = options;
  const namespace = options.namespace ?? spec.namespace;
  while (!signal.aborted) {
    const changed = new AbortController();
    const before = stamp(env);
    const timer = setInterval(() => stamp(env) !== before && changed.abort(), KUBECONFIG);
    const end = AbortSignal.any([signal, changed.signal]);
    try {
      const api = await ApiServer.open(options);
      const looker = new Looker({ spec, namespace, api, prometheusToken });
      await lookOn(looker, api, { ...options, signal: end }).finally(() => looker.close());
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      const nowhere = { context, server: '', namespace };
      if (!end.aborted)
        onLook({ ...emptyStatus(spec, nowhere), writer: '', lastWriter: '', problems: [error.message] });
      await rest(interval, end);
    } finally {
      clearInterval(timer);
    }
  }
}

/** Looks when a Deployment or an HPA changes, and now and then for the metrics, until `signal` aborts. */
async function lookOn(
  looker: Looker,
  api: ApiServer,
  { signal, onLook, interval = 4, pause = 1 }: FollowOptions,
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
      // Without the right to watch, the interval has to do.
    }).catch(() => undefined);
  const { namespace } = looker.identity;
  const following = Promise.all([follow(deploymentsPath(namespace)), follow(hpasPath(namespace))]);
  try {
    for (let limit = FIRST_LIMIT; ; limit = LIMIT) {
      const woken = new AbortController();
      wake = () => woken.abort();
      const look = await looker.look(limit, signal);
      if (signal.aborted) return;
      onLook(look);
      await rest(pause, signal);
      await rest(interval - pause, AbortSignal.any([signal, woken.signal]));
    }
  } finally {
    end.abort();
    await following;
  }
}

/** What tells that a file of the kubeconfig is another one now. */
function stamp(env: NodeJS.ProcessEnv): string {
  return kubeconfigFiles(env)
    .map((file) => {
      const status = statSync(file, { throwIfNoEntry: false });
      return `${file} ${status?.ino} ${status?.mtimeMs} ${status?.size}`;
    })
    .join('\n');
}

const rest = (seconds: number, signal: AbortSignal): Promise<void> =>
  sleep(1000 * seconds, undefined, { signal }).catch(() => undefined);
