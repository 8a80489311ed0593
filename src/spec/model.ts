/**
 * The organization model: what a folder of `*.karma.yaml` files means, with units resolved.
 *
 * Units here: seconds, millicores, MiB, bytes, requests per second. Everything is plain data, so that a model can be
 * hashed, sent to another process and compared.
 */

import type { EventEffect, RandomEventType } from './scenario-events.ts';

export type Priority = 'critical' | 'normal' | 'low';
export const BACKENDS = ['auto', 'wasm', 'tfjs', 'tfjs-gpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface Model {
  readonly clusters: readonly Cluster[];
  readonly roles: readonly Role[];
  readonly missions: readonly Mission[];
  readonly organizations: readonly Organization[];
  readonly scenarios: readonly Scenario[];
  readonly trainings: readonly Training[];
  readonly transfers: readonly Transfer[];
}

/** Where an object was written, for messages of later phases. */
export interface Origin {
  readonly file: string;
  /** One-based. */
  readonly line: number;
}

export interface Cluster {
  readonly kind: 'Cluster';
  readonly name: string;
  readonly origin: Origin;
  readonly namespace: string;
  /** Seconds between decisions; a multiple of 15, the interval at which every system is counted. */
  readonly decisionInterval: number;
  /** What the pods share: millicores and MiB, over all nodes. */
  readonly nodes: { readonly cpu: number; readonly memory: number };
  readonly metrics: MetricsSource;
  readonly services: readonly Service[];
  readonly objectives: Objectives;
  /** alpha of the paper: the largest replica change of one move. */
  readonly maxMove: number;
}

export type MetricsSource =
  | { readonly source: 'emulator' }
  | {
      readonly source: 'prometheus';
      /** As namespace/name:port; exactly one of service and url. */
      readonly service?: string;
      readonly url?: string;
      readonly preset?: string;
      readonly queries: Readonly<Record<string, string>>;
    };

export interface Service {
  readonly name: string;
  readonly entryPoint: boolean;
  readonly priority: Priority;
  readonly replicas: { readonly min: number; readonly max: number };
  /** Requested CPU (millicores) and memory (MiB) of one pod. */
  readonly cpu: number;
  readonly memory: number;
  readonly emulator: {
    /** Requests per second that one ready pod serves. */
    readonly throughput: number;
    /** Seconds from the start of a container to ready. */
    readonly startup: number;
    /** Requests that wait at most, for the whole service. */
    readonly queue: number;
    /** Bytes of one request and of its response. */
    readonly requestSize: number;
  };
  /** Indices into Cluster.services: each request of this service calls every one of them once. Acyclic. */
  readonly calls: readonly number[];
}

export interface Objectives {
  /** Maximum acceptable latency, seconds. */
  readonly maxLatency: number;
  /** w1..w5 of the resilience reward; they sum to 1. */
  readonly weights: {
    readonly success: number;
    readonly pods: number;
    readonly latency: number;
    readonly entryPoints: number;
    readonly traffic: number;
  };
  /** Subtracted per share of the nodes' CPU that scheduled pods request. */
  readonly cost: number;
}

export interface Role {
  readonly kind: 'Role';
  readonly name: string;
  readonly origin: Origin;
  readonly description: string;
  /** Constraint hardness: 1 = only allowed moves, 0 = advice, between = the share of steps that are masked. */
  readonly hardness: number;
  /** Reward bonus of a compliant step where the guide does not mask (soft part). */
  readonly bonus: number;
  /** Numbers as written, durations in seconds; inherited settings are merged in. */
  readonly settings: Readonly<Record<string, number>>;
  /** Inherited rules come first. */
  readonly rules: readonly RoleRule[];
  /** What an agent may do where no rule matches. */
  readonly otherwise: 'hold' | 'free';
}

export interface RoleRule {
  /** CEL, boolean; evaluated for every service in scope. */
  readonly when: string;
  /** Non-zero moves in -maxMove..maxMove that this rule allows, ascending. */
  readonly scale: readonly number[];
  /** Services that the rule is about; empty = all in scope. */
  readonly services: readonly string[];
}

export interface Mission {
  readonly kind: 'Mission';
  readonly name: string;
  readonly origin: Origin;
  readonly description: string;
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly name: string;
  /** CEL, number. */
  readonly reward: string;
  /** The values of `reward` that map to -1 and 0 (negative range) or 0 and 1: goals of different units become comparable. */
  readonly range: readonly [number, number];
  /** Weight in the return; 0 = for reading and scoring only. */
  readonly weight: number;
  /** CEL, boolean; empty = never said to be satisfied. */
  readonly satisfiedWhen: string;
}

export interface Organization {
  readonly kind: 'Organization';
  readonly name: string;
  readonly origin: Origin;
  readonly cluster: string;
  readonly groups: readonly Group[];
  readonly missions: readonly string[];
  readonly obligations: readonly Deontic[];
  readonly permissions: readonly Deontic[];
  readonly agents: readonly Agent[];
}

export interface Group {
  readonly name: string;
  readonly roles: readonly { readonly role: string; readonly min: number; readonly max: number }[];
  readonly links: readonly {
    readonly type: 'acquaintance' | 'authority' | 'communication';
    readonly from: string;
    readonly to: string;
  }[];
  readonly compatibilities: readonly { readonly from: string; readonly to: string }[];
}

export interface Deontic {
  readonly role: string;
  readonly mission: string;
  /** 'any', or the part of an episode in which it holds, seconds from its start. */
  readonly timeConstraint: 'any' | { readonly from: number; readonly to: number };
}

export interface Agent {
  readonly name: string;
  /** Empty = no role: the agent is free (the "no organization" variant). Several roles: what any of them allows, together. */
  readonly roles: readonly string[];
  /** Services that the agent sees; empty = all. */
  readonly observes: readonly string[];
  /** Services that the agent may move; empty = all. */
  readonly scope: readonly string[];
}

export interface Scenario {
  readonly kind: 'Scenario';
  readonly name: string;
  readonly origin: Origin;
  readonly description: string;
  /** Seconds. */
  readonly duration: number;
  readonly load: readonly ScenarioLoad[];
  /** Events at fixed times. */
  readonly events: readonly ScenarioEvent[];
  /** Events drawn anew for each episode. */
  readonly random: readonly RandomEvent[];
}

/** One of the profiles is drawn per episode, each with the same chance. */
export interface ScenarioLoad {
  readonly entryPoint: string;
  readonly profiles: readonly LoadProfile[];
}

/** Rates in requests per second; where `relative` is true, in shares of the chain's capacity at this entry point. */
export type LoadProfile =
  | { readonly type: 'constant'; readonly rate: number; readonly relative: boolean }
  | {
      readonly type: 'steps';
      readonly relative: boolean;
      readonly steps: readonly { readonly at: number; readonly rate: number }[];
    }
  | {
      readonly type: 'sine';
      readonly relative: boolean;
      readonly mean: number;
      readonly amplitude: number;
      readonly period: number;
    }
  | {
      readonly type: 'bursts';
      readonly relative: boolean;
      readonly base: number;
      readonly peak: number;
      /** Mean seconds between bursts, and how long one lasts. */
      readonly every: number;
      readonly lasts: number;
    }
  | FileProfile;

export interface FileProfile {
  readonly type: 'file';
  /** Relative to the specification folder (the folder given to readSpecFolder), with '/'. CSV `seconds,requests_per_second`. */
  readonly path: string;
  /** Multiplies the recorded rates. Ignored where `map` is given. */
  readonly scale: number;
  /** The record is played this many times as fast. */
  readonly speed: number;
  /** Seconds over which the record is averaged first; 0 = as recorded. */
  readonly smooth: number;
  /** Affine map of the record: its 1st percentile -> low, its 99.5th -> high, never above clip; shares of the chain's capacity. */
  readonly map?: { readonly low: number; readonly high: number; readonly clip: number };
  /** Parts of the record (seconds from its start) for training, for choosing between candidates, and for judging. */
  readonly split?: { readonly train: Span; readonly choose: Span; readonly test: Span };
}
export type Span = readonly [number, number];
export type SplitName = 'train' | 'choose' | 'test';

export type ScenarioEvent = {
  /** Seconds from the start of the episode, and how long. */
  readonly at: number;
  readonly lasts: number;
} & EventEffect;

/** An event drawn for each episode: counts, lengths and sizes uniform in the given ranges, services uniform. */
export interface RandomEvent {
  readonly type: RandomEventType;
  /** Where it may happen (services or entry points); empty = any that fits. */
  readonly at: readonly string[];
  /** How many per hour. */
  readonly perHour: Span;
  /** Seconds. */
  readonly lasts: Span;
  /** The first of the type's sizes in the table of event types. */
  readonly size: Span;
  /** The second of them, [0, 0] for types that have one. */
  readonly data: Span;
}

export const TWIN_KINDS = ['calibrated', 'recorded-then-mlp', 'emulator'] as const;
export type TwinKind = (typeof TWIN_KINDS)[number];

export interface Training {
  readonly kind: 'Training';
  readonly name: string;
  readonly origin: Origin;
  readonly organization: string;
  /** 'recipe' = what was found to work; 'published' = as in the paper. Fields given override the preset's. */
  readonly preset: 'recipe' | 'published';
  readonly twin: {
    readonly kind: TwinKind;
    readonly residual: { readonly hidden: readonly number[]; readonly learningRate: number };
  };
  readonly scenarios: readonly string[];
  readonly attacker: 'scripted' | 'none';
  readonly algorithm: Algorithm;
  readonly budget: {
    readonly steps: number;
    readonly episode: number;
    readonly environments: number;
    readonly horizon: number;
  };
  readonly convergence: { readonly window: number; readonly std: number; readonly mean: number };
  readonly seeds: readonly number[];
  readonly backend: BackendName;
  readonly search?: { readonly trials: number; readonly space: Readonly<Record<string, SearchRange>> };
}

export type SearchRange = { readonly log: Span } | { readonly uniform: Span };

export interface Algorithm {
  readonly name: 'mappo';
  /** `agents` in the text. 'multi' = one actor per agent; 'single' = one agent with one head per service and the union of all roles. */
  readonly agentMode: 'multi' | 'single';
  /** false = no roles and no missions: every agent is free. */
  readonly organization: boolean;
  readonly clip: number;
  /** From the first step to the last, linearly. Same for learningRate. */
  readonly entropy: Span;
  readonly lambda: number;
  readonly gamma: number;
  readonly learningRate: Span;
  readonly criticLearningRate: number;
  readonly epochs: number;
  readonly minibatches: number;
  /** Gradient norm limit per actor and of the critic. */
  readonly maxGradient: { readonly actor: number; readonly critic: number };
  readonly hidden: readonly number[];
  readonly critic: readonly number[];
  readonly activation: 'tanh' | 'relu';
  /** 'normalised' = features by capacity; 'paper' = the nine fields, scaled. */
  readonly observation: 'normalised' | 'paper';
  /** The critic also sees simulator-only state (true load, crash rate, contention, now and ahead). */
  readonly wideCritic: boolean;
  /** The reward is minus what the default HPA earns on a second copy of the same episode. */
  readonly pairedReward: boolean;
  /** Start bias of the policy: hold +2, -0.5 per pod of a move beyond 1. */
  readonly startBias: boolean;
  /** 'random' = replicas within 2 of the rule; 'warm' = at the rule. */
  readonly starts: 'random' | 'warm';
}

export interface Transfer {
  readonly kind: 'Transfer';
  readonly name: string;
  readonly origin: Origin;
  readonly training: string;
  readonly target: { readonly context: string; readonly namespace: string };
  readonly stages: readonly TransferStage[];
  /** Largest move of one service, and of all services together, in one decision. */
  readonly limits: { readonly move: number; readonly podsPerDecision: number };
  readonly fallback: {
    readonly when: readonly ('drift' | 'staleMetrics' | 'objectiveBroken')[];
    /** Normalized distance to the states that the twin was validated on. */
    readonly driftThreshold: number;
    /** Seconds after which a metric is stale: the agents hold; after three times that the HPA takes over. */
    readonly staleAfter: number;
  };
  /** Seconds. */
  readonly refresh: { readonly traces: number; readonly twin: number; readonly policies: number };
}

export type TransferStage =
  | { readonly stage: 'shadow'; readonly lasts: number }
  | { readonly stage: 'floor'; readonly lasts: number; readonly abortWhen: string }
  | {
      readonly stage: 'canary';
      readonly services: readonly string[];
      readonly lasts: number;
      readonly abortWhen: string;
    }
  | { readonly stage: 'full'; readonly abortWhen: string };
