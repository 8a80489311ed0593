/** Runs kubectl as the administrator, past every proxy, so that tests see the cluster from outside and not through the code under test. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';

/** Set by test/cluster/run.ts. */
const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with npm run test:cluster.`);
  return value;
};

export const cache = setting('KARMA_CLUSTER_CACHE');
export const kubeconfig = setting('KARMA_CLUSTER_CONFIG');
/** Certificates and keys of the cluster. */
export const pki = dirname(kubeconfig);
/** Folder of the running cluster, with its pid files and logs. */
export const runFolder = dirname(pki);

interface Kubeconfig {
  readonly 'current-context': string;
  readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
}
const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
export const server = config.clusters[0].cluster.server;
export const node = config['current-context'];
/** URL of Prometheus that bypasses the API server. */
export const prometheusUrl = `http://${new URL(server).hostname}:9090`;
/** Prometheus as a service of the cluster. */
export const prometheusService = 'monitoring/prometheus:9090';

export interface KubectlOptions {
  readonly input?: string;
  /** Replaces the administrator's. */
  readonly kubeconfig?: string;
}

export interface KubectlResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function tryKubectl(args: readonly string[], options: KubectlOptions = {}): KubectlResult {
  const { status, stdout, stderr } = spawnSync(join(cache, 'bin/kubectl'), args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, KUBECONFIG: options.kubeconfig ?? kubeconfig },
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  return { status, stdout, stderr };
}

/** Runs kubectl and returns its output; throws if it fails. */
export function kubectl(args: readonly string[], options: KubectlOptions = {}): string {
  const { status, stdout, stderr } = tryKubectl(args, options);
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

export const kubectlJson = <T>(...args: string[]): T => JSON.parse(kubectl([...args, '-o', 'json'])) as T;

/** Whether `check` returns true within so many seconds. */
export async function happens(seconds: number, check: () => boolean): Promise<boolean> {
  const end = performance.now() + 1000 * seconds;
  while (!check()) {
    if (performance.now() > end) return false;
    await sleep(250);
  }
  return true;
}

/** Seconds that only a hang takes: a cluster needs several times as long on a busy machine as on a quiet one. */
const PATIENCE = 480;

/** Waits for something that must happen, however long it takes. */
export const eventually = <T>(
  what: string,
  check: () => T | Promise<T>,
  instead?: () => string,
): Promise<NonNullable<T>> => within(PATIENCE, what, check, instead);

/** Calls `check` four times a second and returns its first truthy value. Without one in time, the error ends with `instead`. */
export async function within<T>(
  seconds: number,
  what: string,
  check: () => T | Promise<T>,
  instead: () => string = () => '',
): Promise<NonNullable<T>> {
  const end = performance.now() + 1000 * seconds;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end) throw new Error(`Not within ${seconds} s: ${what}. ${instead()}`.trimEnd());
    await sleep(250);
  }
}
