/** The places (context and namespace) of the clusters in the specifications. Does not import vscode. */
import type { ClusterDigest } from '../../../language/protocol.ts';

export interface Place {
  /** The cluster with the Transfers that target this place, and the namespace there. */
  readonly digest: ClusterDigest;
  /** Context of the kubeconfig; empty = the current one. An emulated cluster has none. */
  readonly context: string;
}

/** A real cluster has one place for each context and namespace that its Transfers name. */
export function placesOf(digest: ClusterDigest): Place[] {
  if (digest.source === 'emulator' || digest.transfers.length === 0) return [{ digest, context: '' }];
  const targets = new Map(digest.transfers.map(({ target }) => [`${target.context}/${target.namespace}`, target]));
  return [...targets.values()].map(({ context, namespace }) => {
    const transfers = digest.transfers.filter(
      ({ target }) => target.context === context && target.namespace === namespace,
    );
    return { digest: { ...digest, namespace, transfers }, context };
  });
}
