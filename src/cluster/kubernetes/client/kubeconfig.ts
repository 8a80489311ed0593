/**
 * Reads kubeconfigs: the files in KUBECONFIG, merged like in kubectl (the first file that sets a value wins), or
 * ~/.kube/config, or the configuration that a pod gets from its cluster. Nothing here connects to a server.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { ClusterError } from '../../live/live-cluster.ts';

export interface KubeContext {
  readonly name: string;
  readonly cluster: string;
  readonly server: string;
  /** 'default' if the context names none. */
  readonly namespace: string;
  readonly user: string;
  readonly current: boolean;
}

/** The context name for the cluster in which a pod itself runs. */
export const IN_CLUSTER = 'in-cluster';

/** Loads only the configuration part of the client library, since the rest is several times as large. */
const loadLibrary = () => import('@kubernetes/client-node/dist/config.js');

/** Returns the kubeconfig files in order of precedence, without those that do not exist. */
export function kubeconfigFiles(env: NodeJS.ProcessEnv): string[] {
  const listed = env.KUBECONFIG?.split(delimiter).filter((file) => file !== '') ?? [];
  const home = env.HOME ?? env.USERPROFILE ?? '';
  const files = listed.length > 0 ? listed : home === '' ? [] : [join(home, '.kube', 'config')];
  return files.map((file) => resolve(file)).filter((file) => existsSync(file));
}

/** Tells whether this process runs in a pod that has a service account. */
export const isInCluster = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env.KUBERNETES_SERVICE_HOST) && Boolean(env.KUBERNETES_SERVICE_PORT);

/** Reads and merges the kubeconfigs. Rejects with a ClusterError that names the file and quotes nothing from it. */
export async function readKubeconfig(env: NodeJS.ProcessEnv): Promise<KubeConfig> {
  const { KubeConfig } = await loadLibrary();
  const merged = new KubeConfig();
  const files = kubeconfigFiles(env);
  for (const file of files) mergeFirst(merged, await readFileOf(file, KubeConfig));
  if (files.length === 0 && isInCluster(env)) {
    merged.loadFromCluster();
    merged.contexts = merged.contexts.map((context) => ({ ...context, name: IN_CLUSTER }));
    merged.setCurrentContext(IN_CLUSTER);
  }
  return merged;
}

async function readFileOf(file: string, Config: typeof KubeConfig): Promise<KubeConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ClusterError('invalid', `${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`);
  }
  const config = new Config();
  try {
    config.loadFromString(text);
  } catch (error) {
    // The parser's message quotes the lines around the error, which may hold secrets. Only the line number is reported.
    const line = (error as { mark?: { line?: number } }).mark?.line;
    const where = line === undefined ? '' : ` (line ${line + 1})`;
    throw new ClusterError('invalid', `${file} is no kubeconfig${where}: check it with kubectl config view.`);
  }
  config.makePathsAbsolute(dirname(file));
  for (const user of config.users) {
    const command = (user.exec as { command?: string } | undefined)?.command;
    // As in kubectl, a path is relative to the file, and a bare name is looked up in PATH.
    if (command && /[/\\]/.test(command)) user.exec.command = resolve(dirname(file), command);
  }
  return config;
}

/** Adds the entries with new names. kubectl keeps the first of two entries with one name; client-node refuses them. */
function mergeFirst(merged: KubeConfig, added: KubeConfig): void {
  const fresh = <T extends { readonly name: string }>(has: readonly T[], more: readonly T[]): T[] =>
    more.filter(({ name }) => !has.some((known) => known.name === name));
  merged.clusters = [...merged.clusters, ...fresh(merged.clusters, added.clusters)];
  merged.users = [...merged.users, ...fresh(merged.users, added.users)];
  merged.contexts = [...merged.contexts, ...fresh(merged.contexts, added.contexts)];
  if (!merged.currentContext && added.currentContext) merged.setCurrentContext(added.currentContext);
}

export function contextsOf(config: KubeConfig): KubeContext[] {
  return config.contexts.map((context) => ({
    name: context.name,
    cluster: context.cluster,
    server: config.clusters.find(({ name }) => name === context.cluster)?.server ?? '',
    namespace: context.namespace ?? 'default',
    user: context.user,
    current: context.name === config.currentContext,
  }));
}

/** Returns the contexts that a user can choose from. */
export const readContexts = async (env: NodeJS.ProcessEnv): Promise<KubeContext[]> =>
  contextsOf(await readKubeconfig(env));

/**
 * Returns the kubeconfig with the context `name` (empty for the current one) selected. The result never changes afterwards.
 * Rejects with ClusterError if the context does not exist, or names a cluster or user that does not exist.
 */
export async function openContext(env: NodeJS.ProcessEnv, name: string): Promise<KubeConfig> {
  const config = await readKubeconfig(env);
  const wanted = name === '' ? (config.currentContext ?? '') : name;
  const known = config.contexts.map((context) => context.name);
  const context = config.contexts.find((candidate) => candidate.name === wanted);
  if (!context) throw new ClusterError('notFound', noContext(wanted, known));
  const missing = !config.clusters.some((cluster) => cluster.name === context.cluster)
    ? `cluster ${context.cluster}`
    : !config.users.some((user) => user.name === context.user)
      ? `user ${context.user}`
      : '';
  if (missing)
    throw new ClusterError('invalid', `Context ${wanted} names ${missing}, which the kubeconfig does not have.`);
  config.setCurrentContext(wanted);
  return config;
}

function noContext(wanted: string, known: readonly string[]): string {
  if (known.length === 0)
    return 'There is no kubeconfig with a context: set KUBECONFIG, or make ~/.kube/config (karma-mas doctor says more).';
  const list = `It has ${known.join(', ')}.`;
  return wanted === ''
    ? `The kubeconfig has no current context: choose one. ${list}`
    : `The kubeconfig has no context ${wanted}. ${list}`;
}
