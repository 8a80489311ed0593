import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, sockets } from './processes.ts';

/** Milliseconds between two looks: to load a program alone takes longer. */
const INTERVAL = 5;

/** What a process did while it was watched. */
export interface Doings {
  /** Command lines of its children. */
  readonly children: readonly string[];
  /** Its internet sockets, as 'tcp 127.0.0.1:1234 -> 127.0.0.1:5678'. */
  readonly sockets: readonly string[];
}

/** Watches a process from now on, by what the kernel tells of it; the returned function ends that. */
export function watchProcess(pid: number): () => Promise<Doings> {
  const children = new Map<number, string>();
  const connections = new Set<string>();
  const look = (): void => {
    // A process that is about to end has no command line any more: what was seen before counts, or else its name.
    for (const { pid: child, args, name } of childrenOf(pid))
      children.set(child, args.join(' ') || (children.get(child) ?? `${name || 'a process'} at its end`));
    for (const { kind, local, remote } of sockets(pid)) connections.add(`${kind} ${local} -> ${remote}`);
  };
  const stop = new AbortController();
  const watching = (async () => {
    while (!stop.signal.aborted) {
      look();
      await sleep(INTERVAL, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stop.abort();
    await watching;
    look();
    return { children: [...children.values()], sockets: [...connections] };
  };
}
