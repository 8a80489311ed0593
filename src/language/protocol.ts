/**
 * What the language server understands beside LSP: the one description of it for both sides. Types and names only, so that
 * the extension can import it.
 */
import type { Location, Position, Range, WorkspaceEdit } from 'vscode-languageserver';
import type { GuideEvaluation } from './evaluate-guides.ts';
import type { GuidePlayground, TriedState } from './guide-playground.ts';
import type { OrganizationGraph } from './organization-graph.ts';
import type { Placement, Proposal } from './proposals/proposal.ts';
import type { Kind } from '../spec/schema/validators.ts';

/** Request: what specification folders declare. SpecificationsParams -> FolderSpecifications[]. */
export const SPECIFICATIONS = 'karma/specifications';

/** Notification from the server: what SPECIFICATIONS gives for a folder is different now. SpecificationsChangedParams. */
export const SPECIFICATIONS_CHANGED = 'karma/specificationsChanged';

export interface SpecificationsParams {
  /** URI of a folder: specification folders in it, or the one that it is in. Left out: all. */
  readonly folder?: string;
}

export interface SpecificationsChangedParams {
  /** URI of the specification folder. */
  readonly folder: string;
}

/** One specification folder: the topmost with *.karma.yaml files; all files in and below it form one model. */
export interface FolderSpecifications {
  readonly folder: string;
  readonly objects: readonly SpecificationObject[];
  /** Counted over all files, also outside of objects. */
  readonly errors: number;
  readonly warnings: number;
}

export interface SpecificationObject {
  readonly kind: Kind;
  readonly name: string;
  /** '' where there is none. */
  readonly description: string;
  readonly uri: string;
  /** Of the name, to show where it is defined. */
  readonly range: Range;
  /** In its document. */
  readonly errors: number;
  readonly warnings: number;
}

/** Request: the clusters that specification folders declare. SpecificationsParams -> FolderClusters[]. */
export const CLUSTERS = 'karma/clusters';

export interface FolderClusters {
  readonly folder: string;
  readonly errors: number;
  readonly clusters: readonly ClusterDigest[];
}

export interface ClusterDigest {
  readonly name: string;
  readonly namespace: string;
  /** Where metrics come from. */
  readonly source: 'emulator' | 'prometheus';
  /** Origin of a Prometheus at a URL, which may want a token; empty where there is none. */
  readonly prometheus: string;
  readonly services: readonly { readonly name: string; readonly min: number; readonly max: number }[];
  /** Those whose Training is for this cluster. */
  readonly transfers: readonly TransferDigest[];
}

export interface TransferDigest {
  readonly name: string;
  readonly training: string;
  /** Of a real cluster. */
  readonly target: ClusterTarget;
  readonly fallsBackWhen: readonly string[];
  readonly stages: readonly StageDigest[];
}

export interface ClusterTarget {
  /** Of the kubeconfig. */
  readonly context: string;
  readonly namespace: string;
}

export interface StageDigest {
  readonly stage: 'shadow' | 'floor' | 'canary' | 'full';
  /** Seconds; null = until stopped. */
  readonly lasts: number | null;
  /** Services whose replicas (floor: HPA minimum) the agents set. */
  readonly services: readonly string[];
  /** CEL; empty = never. */
  readonly abortWhen: string;
}

/** `initializationOptions` of a client. */
export interface InitializationOptions {
  /** It has the commands of the extension, so that code lenses and completions may name them. */
  readonly commands?: boolean;
}

/** Command of the client, in code lenses: shows places. Its one argument is ShowReferencesArguments. */
export const SHOW_REFERENCES = 'karma-mas.internal.showReferences';

export interface ShowReferencesArguments {
  readonly uri: string;
  readonly position: Position;
  readonly locations: readonly Location[];
}

/** Request: an organization as a graph, and where its parts are declared. OrganizationParams -> OrganizationAnswer | null. */
export const ORGANIZATION = 'karma/organization';

export interface OrganizationParams {
  /** URI of a specification folder, or of what is in it. */
  readonly folder: string;
  /** Left out, or not there: the first. */
  readonly name?: string;
}

export interface OrganizationAnswer {
  /** URI of the specification folder. */
  readonly folder: string;
  /** All that are declared, also those that have errors. */
  readonly organizations: readonly string[];
  readonly errors: number;
  /** '' where there is none. */
  readonly name: string;
  /** Null where it cannot be read. */
  readonly graph: OrganizationGraph | null;
  /** By the id of a node; 'organization' is the organization itself. */
  readonly places: Readonly<Record<string, { readonly uri: string; readonly range: Range }>>;
}

/** Request: what the guides of an organization say of a state. GuidesParams -> GuidesAnswer | null. */
export const GUIDES = 'karma/guides';

export interface GuidesParams extends OrganizationParams {
  readonly name: string;
  /** Left out: the first preset. */
  readonly state?: TriedState;
}

export interface GuidesAnswer {
  readonly playground: GuidePlayground;
  readonly state: TriedState;
  readonly evaluation: GuideEvaluation;
}

/** Request: how the specifications stand to proposals of an analysis. ProposalsParams -> ProposalsAnswer | null. */
export const PROPOSALS = 'karma/proposals';

export interface ProposalsParams {
  /** URI of a specification folder, or of what is in it. */
  readonly folder: string;
  /** The organization that was analyzed. */
  readonly organization: string;
  readonly proposals: readonly Proposal[];
}

export interface ProposalsAnswer {
  /** For each proposal what the specifications have of it already, by its name there; '' where nothing. */
  readonly known: readonly string[];
  /** Missions of the organization, which a goal can be added to. */
  readonly missions: readonly string[];
}

/** Request: the edits that accept a proposal. AddProposalParams -> AddProposalAnswer | null. */
export const ADD_PROPOSAL = 'karma/addProposal';

export interface AddProposalParams {
  readonly folder: string;
  readonly proposal: Proposal;
  readonly placement: Placement;
}

export interface AddProposalAnswer {
  /** Why it cannot be accepted; '' where it can. */
  readonly refused: string;
  /** What it is called in the specifications. */
  readonly name: string;
  readonly edit: WorkspaceEdit;
}
