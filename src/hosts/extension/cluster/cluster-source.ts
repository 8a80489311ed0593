import type * as vscode from 'vscode';
import type { ClusterStatus, StageName } from '../../../../webview/protocol/cluster.ts';
import type { Steering } from '../../../runs/steering.ts';
import type { ClusterDigest, TransferDigest } from '../../../language/protocol.ts';

/** What the newest transfer reports about its cluster. */
export type TransferStatus = Pick<
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
  | 'preflight'
  | 'steering'
  | 'offers'
  | 'ended'
  | 'problems'
>;

/** What a source knows of its cluster; the rest of the status is the view's. */
export type SourceStatus = TransferStatus & Pick<ClusterStatus, 'lastSeen' | 'writer'>;

/** What the user has confirmed. */
export interface TransferOrder {
  /** 'plan' writes nothing. */
  readonly upTo: 'plan' | StageName;
  readonly transfer: TransferDigest;
  /** Id of the run that trained them. */
  readonly policies: string;
  /** The place as it was shown: the transfer writes there or nowhere. Null for a plan of an unknown place. */
  readonly place: ClusterStatus['identity'];
}

/**
 * A cluster as the Cluster view sees it: what is known of it, and what can be done to it. The emulated one lives in the process of
 * its transfer; a real one is somewhere else: the view need not know.
 */
export interface ClusterSource extends vscode.Disposable {
  readonly status: SourceStatus;
  readonly onDidChange: vscode.Event<void>;
  /** The place that a new transfer would write to; null while it is not known. */
  readonly place: ClusterStatus['identity'];
  /** Whether a transfer works on the cluster, is about to start, or has not restored everything yet. */
  readonly isBusy: boolean;
  /** Whether a transfer whose process has died left HPAs changed that can be restored. */
  readonly isLeftChanged: boolean;
  /** Whether the user has not asked for a connection yet (see connect). */
  readonly isUnasked: boolean;
  /** The user asks for a connection: from now on the cluster is watched while the view is visible. */
  connect(): Promise<void>;
  /** Reads the state of its transfers right away. */
  refresh(): Promise<void>;
  /** Finds out where the cluster is and in which state. */
  locate(): Promise<void>;
  /** The specification has changed. */
  update(cluster: ClusterDigest): void;
  /** Call while the view is visible: the status is kept up to date until the result is disposed. */
  watch(): vscode.Disposable;
  /** Starts a transfer. Does nothing if one is under way. */
  transfer(order: TransferOrder): Promise<void>;
  /** Tells the running transfer to stay in its stage, to continue, or to go to the next stage now. */
  steer(steering: Steering): void;
  /** Ends the transfer and gives every service back to its HPA. Resolves when it has ended; rejects with a sentence if it does not end. */
  fallBack(): Promise<void>;
}
