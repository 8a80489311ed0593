/** Where the clusters of the specifications are; plain code. */
import type { ClusterDigest } from '../../../language/protocol.ts';

export interface Place {
  /** With the Transfers that go there, and the namespace there. */
  readonly digest: ClusterDigest;
  /** Of the kubeconfig; empty = the current one. An emulated cluster has none. */
  readonly context: string;
}

/** A real cluster counts once for each context and namespace that its Transfers name. */
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
