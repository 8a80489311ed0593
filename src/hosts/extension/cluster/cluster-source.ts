import type * as vscode from 'vscode';
import type { ClusterStatus, StageName } from '../../../../webview/protocol/cluster.ts';
import type { Steering } from '../../../runs/steering.ts';
import type { ClusterDigest, TransferDigest } from '../../../language/protocol.ts';

/** What the newest transfer tells of its cluster. */
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
  /** As it was shown: the transfer goes there or nowhere. Null for a plan of a place that is not known. */
  readonly place: ClusterStatus['identity'];
}

/**
 * A cluster as the Cluster view sees it: what is known of it, and what can be done to it. The emulated one lives in the process of
 * its transfer; a real one is somewhere else: the view need not know.
 */
export interface ClusterSource extends vscode.Disposable {
  readonly status: SourceStatus;
  readonly onDidChange: vscode.Event<void>;
  /** Where a transfer that begins now goes; null while that is not known. */
  readonly place: ClusterStatus['identity'];
  /** A transfer works on it, is about to, or has not given everything back yet. */
  readonly isBusy: boolean;
  /** A transfer whose process is gone has left HPAs changed: they can be given back. */
  readonly isLeftChanged: boolean;
  /** Nobody has asked yet for a connection to it: see connect. */
  readonly isUnasked: boolean;
  /** The user asks for a connection, from now on: the cluster is looked at while somebody looks here. */
  connect(): Promise<void>;
  /** Looks at once at what its transfers do. */
  refresh(): Promise<void>;
  /** Finds out where it is, and how. */
  locate(): Promise<void>;
  /** The specification has changed. */
  update(cluster: ClusterDigest): void;
  /** Somebody looks: what is known is kept up to date until disposed. */
  watch(): vscode.Disposable;
  /** Begins a transfer. Does nothing where one is under way. */
  transfer(order: TransferOrder): Promise<void>;
  /** Tells the transfer that is under way to stay in its stage, to go on, or to go to the next one now. */
  steer(steering: Steering): void;
  /** Ends the transfer and gives every service back to its HPA. Resolves when it has ended; rejects with a sentence where it does not. */
  fallBack(): Promise<void>;
}
