/** Bearer tokens for Prometheus servers at URLs. VS Code stores them; none of our files holds one. */
import * as vscode from 'vscode';
import { PROMETHEUS_TOKEN } from '../../../jobs/options/environment.ts';
import {
  CLUSTERS,
  type ClusterDigest,
  type FolderClusters,
  type SpecificationsParams,
} from '../../../language/protocol.ts';
import type { Services } from '../services.ts';

const { t } = vscode.l10n;

/** The key of the token of one server, so that the specifications of another folder cannot send it elsewhere. */
const keyOf = (origin: string): string => `prometheus.token ${origin}`;
/** Milliseconds that the language server may take to name the clusters. */
const PATIENCE = 5_000;

type Environment = Readonly<Record<string, string>>;

/** The environment of a process that reads this Prometheus. */
export async function tokenFor(origin: string, secrets: vscode.SecretStorage): Promise<Environment> {
  const token = origin === '' ? undefined : await secrets.get(keyOf(origin));
  return token ? { [PROMETHEUS_TOKEN]: token } : {};
}

/** The environment of a job that reads the Prometheus of its cluster; empty if it reads none. */
export async function tokenForJob(
  { context, language, log }: Pick<Services, 'context' | 'language' | 'log'>,
  { kind, folder, options }: { readonly kind: string; readonly folder: string; readonly options?: object },
): Promise<Environment> {
  if (kind !== 'transfer' && kind !== 'collect') return {};
  const params: SpecificationsParams = { folder: vscode.Uri.file(folder).toString() };
  const folders = await Promise.race([
    language.request<readonly FolderClusters[]>(CLUSTERS, params),
    new Promise<readonly FolderClusters[]>((resolve) => setTimeout(resolve, PATIENCE, [])),
  ]).catch((error: unknown) => {
    log.warn(`The language server did not name the clusters: ${String(error)}`);
    return [];
  });
  const clusters = folders.flatMap((each) => each.clusters);
  return tokenFor(originForJob(clusters, options ?? {}), context.secrets);
}

/** Of an address of Prometheus that may be a URL; empty where it is none. */
export const originOf = (address: string): string =>
  /^https?:/.test(address) ? (URL.parse(address)?.origin ?? '') : '';

/** Of the cluster that a job is for; empty where that cannot be told, or it has none. */
function originForJob(clusters: readonly ClusterDigest[], options: { transfer?: string; training?: string }): string {
  const named = clusters.filter(({ transfers }) =>
    transfers.some(({ name, training }) => name === options.transfer || training === options.training),
  );
  const origins = new Set((named.length > 0 ? named : clusters).map(({ prometheus }) => prometheus));
  const [origin] = origins;
  return origins.size === 1 ? origin : '';
}

/** Asks for the token of a Prometheus and stores it; an empty answer removes the stored token. */
export async function setPrometheusToken(origin: string, secrets: vscode.SecretStorage): Promise<void> {
  if (origin === '')
    throw new Error(
      t(
        'The Prometheus of this cluster is reached through the API server and needs no token: only one at a URL (metrics.prometheus.url) may need one.',
      ),
    );
  const isKept = (await secrets.get(keyOf(origin))) !== undefined;
  const token = await vscode.window.showInputBox({
    title: t('Prometheus Token'),
    prompt: isKept
      ? t('Bearer token for {0}. One is stored: leave this empty to remove it.', origin)
      : t('Bearer token for {0}. VS Code stores it as a secret. Leave this empty for none.', origin),
    password: true,
    ignoreFocusOut: true,
  });
  if (token === undefined) return;
  if (token.trim() === '') await secrets.delete(keyOf(origin));
  else await secrets.store(keyOf(origin), token.trim());
}

/** Whether the token of this Prometheus is the one that has changed. */
export const isTokenOf = (origin: string, { key }: vscode.SecretStorageChangeEvent): boolean => key === keyOf(origin);
