import type * as vscode from 'vscode';
import type { ClusterStatus, StageName } from '../../../../webview/protocol/cluster.ts';
import type { ClusterDigest, TransferDigest } from '../../server/protocol.ts';

/** What a source knows of its cluster; the rest of the status is the view's. */
export type SourceStatus = Pick<
  ClusterStatus,
  | 'identity'
  | 'run'
  | 'ladder'
  | 'observed'
  | 'services'
  | 'trend'
  | 'decisions'
  | 'writes'
  | 'plan'
  | 'ended'
  | 'problem'
>;

/** What the user has confirmed. */
export interface TransferOrder {
  /** 'plan' writes nothing. */
  readonly upTo: 'plan' | StageName;
  readonly transfer: TransferDigest;
  /** Id of the run that trained them. */
  readonly policies: string;
}

/**
 * A cluster as the Cluster view sees it: what is known of it, and what can be done to it. The emulated one lives in the process of
 * its transfer; a real one is somewhere else: the view need not know.
 */
export interface ClusterSource extends vscode.Disposable {
  readonly status: SourceStatus;
  readonly onDidChange: vscode.Event<void>;
  /** A transfer works on it, is about to, or has not given everything back yet. */
  readonly isBusy: boolean;
  /** Looks at once. */
  refresh(): Promise<void>;
  /** The specification has changed. */
  update(cluster: ClusterDigest): void;
  /** Somebody looks: what is known is kept up to date until disposed. */
  watch(): vscode.Disposable;
  /** Begins a transfer. Does nothing where one is under way. */
  transfer(order: TransferOrder): Promise<void>;
  /** Ends the transfer and gives every service back to its HPA. Resolves when it has ended; rejects with a sentence where it does not. */
  fallBack(): Promise<void>;
}
