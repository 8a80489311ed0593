/**
 * Keeps a list current. It lists, then watches from the resourceVersion of the list. When the watch ends, it continues from
 * the last version; if the server has forgotten that version, it lists again. If nothing answers, it waits longer each time.
 */
import { createInterface } from 'node:readline';
import { ClusterError } from '../../live/live-cluster.ts';
import { Deadline } from '../../live/timers.ts';
import type { ApiServer } from '../client/api-server.ts';
import type { List, Metadata, Status } from '../client/objects.ts';

export interface WatchOptions<T> {
  readonly api: ApiServer;
  /** Path of the collection. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Receives all objects by name after each change. */
  readonly onChange: (items: ReadonlyMap<string, T>) => void;
  /** Receives an empty text when the list is current, and otherwise the reason it is not, before the next attempt. */
  readonly onState?: (why: string) => void;
  /** Seconds to wait before an attempt; attempts count from 1. */
  readonly backoff?: (attempt: number) => number;
}

/** Seconds after which the server ends a watch. A dead connection is noticed within GRACE seconds after that. */
const WATCH_SECONDS = 60;
const GRACE = 15;

const doubling = (attempt: number): number => Math.min(30, 0.5 * 2 ** attempt);

interface Change<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T & { readonly metadata: Metadata } & Status;
}

/** Resolves when `signal` aborts. Rejects with ClusterError if another attempt is useless because a verb is forbidden. */
export async function watchList<T extends { readonly metadata: Metadata }>(options: WatchOptions<T>): Promise<void> {
  const { api, path, signal, onChange, onState, backoff = doubling } = options;
  let items = new Map<string, T>();
  let version = '';
  let attempt = 0;
  while (!signal.aborted) {
    try {
      if (version === '') {
        const list = await api.request<List<T>>({ path, signal });
        items = new Map(list.items.map((item) => [item.metadata.name, item]));
        version = list.metadata.resourceVersion ?? '';
        onChange(items);
        onState?.('');
      }
      for await (const { type, object } of changes<T>(api, path, version, signal)) {
        attempt = 0;
        if (type === 'ERROR') throw new Forgotten();
        version = object.metadata.resourceVersion ?? version;
        if (type === 'BOOKMARK') continue;
        if (type === 'DELETED') items.delete(object.metadata.name);
        else items.set(object.metadata.name, object);
        onChange(items);
        onState?.('');
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ClusterError && (error.reason === 'forbidden' || error.reason === 'notFound')) throw error;
      if (error instanceof Forgotten || (error instanceof ClusterError && error.reason === 'invalid')) version = '';
      else onState?.(error instanceof Error ? error.message : String(error));
      attempt++;
      await api.timers.sleep(backoff(attempt), signal).catch(() => undefined);
    }
  }
}

/** The server no longer has the changes since the known version. */
class Forgotten extends Error {}

async function* changes<T>(
  api: ApiServer,
  path: string,
  version: string,
  signal: AbortSignal,
): AsyncGenerator<Change<T>> {
  const query = {
    watch: 'true',
    resourceVersion: version,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(WATCH_SECONDS),
  };
  using deadline = new Deadline(api.timers, WATCH_SECONDS + GRACE);
  const end = AbortSignal.any([signal, deadline.signal]);
  const body = await api.stream({ path, query, signal: end }).catch((error: unknown) => {
    throw error instanceof ClusterError && /\bHTTP 410\b|too old resource version/.test(error.message)
      ? new Forgotten()
      : error;
  });
  try {
    for await (const line of createInterface({ input: body })) if (line !== '') yield JSON.parse(line) as Change<T>;
  } finally {
    body.destroy();
  }
}
