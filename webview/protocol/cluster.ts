/** Messages of the Cluster view. The host reads and reduces; the view shows one status, whole, each time it changes. */
import { flag, list, number, object, oneOf, orNull, text, type Of } from './shape.ts';

/** Numbers that were missing or not finite are null. */
const quantity = orNull(number);

export const STAGES = ['shadow', 'floor', 'canary', 'full'] as const;
const stage = oneOf(...STAGES);

const identity = object({ context: text, server: text, namespace: text });

/** An action that cannot be taken says why, and which command would change that. */
const action = object({ enabled: flag, why: text });

const hpa = object({
  minReplicas: number,
  maxReplicas: number,
  /** What it asks for; paused, what it would ask for. */
  desired: quantity,
  paused: flag,
  /** Its minimum before the transfer, where that is known. */
  originalMinimum: quantity,
});

const service = object({
  name: text,
  /** Bounds of the specification. */
  min: quantity,
  max: quantity,
  /** null = not observed yet. */
  desired: quantity,
  ready: quantity,
  starting: quantity,
  failed: quantity,
  /** Requests that wait. */
  pending: quantity,
  /** Seconds. */
  latency: quantity,
  /** Share of the requested CPU. */
  utilization: quantity,
  hpa: orNull(hpa),
  /** What controls its replicas now. */
  controlledBy: oneOf('hpa', 'hpa with a raised minimum', 'agents', 'nobody', 'unknown'),
});

const rung = object({
  stage,
  /** Seconds of the cluster; null = until stopped. */
  lasts: quantity,
  services: list(text),
  /** CEL; empty = never. */
  abortWhen: text,
  state: oneOf('ahead', 'current', 'done', 'left', 'not asked for'),
});

const agent = object({
  agent: text,
  roles: list(text),
  choice: text,
  /** Of the choice, 0 to 1. */
  probability: quantity,
  options: number,
  reasons: list(text),
});

const decision = object({
  decision: number,
  time: number,
  stage: text,
  outcome: oneOf('applied', 'shadow', 'hold', 'nothing to do', 'fallback'),
  why: text,
  /** Services whose replicas the agents want to change: now, wanted, after the caps. */
  changes: list(object({ service: text, from: number, to: number, limited: number })),
  caps: list(text),
  agents: list(agent),
  objective: quantity,
  drift: quantity,
});

const write = object({
  time: number,
  stage: text,
  service: text,
  what: text,
  dryRun: flag,
  accepted: flag,
  message: text,
});

const observed = object({
  /** Seconds of the cluster's clock. */
  time: number,
  stage: text,
  since: number,
  lasts: quantity,
  next: text,
  abortWhen: text,
  objective: quantity,
  drift: quantity,
  driftThreshold: quantity,
  oldestMetric: quantity,
  staleAfter: quantity,
  latency: quantity,
  success: quantity,
  /** Share of the nodes' CPU that scheduled pods request. */
  allocated: quantity,
  decisions: number,
  /** Of all decisions: how many changed something, and how many were held back. */
  applied: number,
  held: number,
  /** Share of services and decisions of this stage for which agents and HPA wanted the same replicas. */
  agreement: quantity,
});

const ended = object({
  how: oneOf('finished', 'fallback', 'stopped', 'declined'),
  why: text,
  /** Read back from the cluster afterwards; null where it did not answer. */
  restored: orNull(
    list(object({ service: text, asBefore: flag, minReplicas: number, maxReplicas: number, paused: flag })),
  ),
});

const run = object({
  id: text,
  directory: text,
  state: oneOf('starting', 'running', 'stopping', 'finished', 'stopped', 'failed', 'stale', 'unreadable'),
  /** Why it failed or cannot be read. */
  message: text,
  /** Milliseconds since the epoch. */
  createdAt: number,
  transfer: text,
  upTo: oneOf('plan', ...STAGES),
  /** It writes nothing. */
  dryRun: flag,
  /** Seconds of the cluster per second; 0 = as fast as it can. */
  pace: number,
});

/** What each stage would write, as the runner's plan has it. */
export const planShape = list(
  object({
    stage,
    changes: list(object({ service: text, change: text, refused: text })),
  }),
);

/** What stands in the way of a transfer, or should be known. */
export const findingShape = object({ severity: oneOf('blocks', 'warns'), service: text, message: text });

/** Of each metric query of the specification: what it gives for each service, and what is missing. */
export const testedQueriesShape = object({
  /** Where Prometheus is. */
  prometheus: text,
  /** Empty where the specification names none. */
  preset: text,
  queries: list(
    object({
      field: text,
      unit: text,
      about: text,
      query: text,
      /** Why it gives nothing; empty where it does. */
      problem: text,
      services: list(
        object({
          service: text,
          value: quantity,
          /** Seconds. */
          age: quantity,
          state: oneOf('ok', 'stale', 'missing', 'NaN'),
        }),
      ),
    }),
  ),
  /** Fields that no query tells. */
  missing: list(object({ field: text, unit: text, about: text })),
  complete: flag,
});

/** The last test; null = none yet. It does not change with the status, and is sent apart. */
const queries = object({
  last: orNull(
    object({
      /** Milliseconds since the epoch. */
      at: number,
      tested: testedQueriesShape,
    }),
  ),
});

const status = object({
  /** Why there is nothing to show: no project, no cluster in it, or the specifications cannot be read. */
  empty: oneOf('', 'no project', 'no cluster', 'loading'),
  /** What does not work: a sentence each; more lines, such as a Role, may follow. */
  problems: list(text),
  trusted: flag,
  /** Errors in the specifications. */
  errors: number,
  project: text,
  cluster: text,
  source: oneOf('emulator', 'prometheus'),
  identity: orNull(identity),
  /** It is a real one, and nobody has asked for a connection yet. */
  isUnasked: flag,
  /** There is something to choose between. */
  selectable: flag,
  actions: object({
    plan: action,
    shadow: action,
    floor: action,
    canary: action,
    full: action,
    fallBack: action,
    hold: action,
    promote: action,
  }),
  /** The command that makes actions possible, where they are not. */
  remedy: oneOf('', 'train', 'trust', 'problems', 'addOrganization'),
  run: orNull(run),
  ladder: list(rung),
  observed: orNull(observed),
  services: list(service),
  /** Seconds of the cluster's clock at which the services were as shown; null = they are so now, or were never observed. */
  lastSeen: orNull(number),
  /** Somebody else who writes to the namespace; empty = nobody, or it is not known. */
  writer: text,
  /** What a person has told the transfer. */
  steering: oneOf('goOn', 'hold', 'promote'),
  /** J and stage over time, oldest first. */
  trend: list(object({ time: number, objective: quantity, stage: text })),
  /** Newest first. */
  decisions: list(decision),
  writes: list(write),
  plan: orNull(planShape),
  /** Of a real cluster, as the plan found it. */
  preflight: orNull(object({ granted: number, rights: number, findings: list(findingShape) })),
  /** New runs that are due by the Transfer's refresh intervals. */
  offers: list(object({ what: oneOf('twin', 'policies'), job: oneOf('fit', 'train'), why: text })),
  ended: orNull(ended),
});

const ACTIONS = ['plan', ...STAGES, 'fallBack', 'hold', 'promote'] as const;

export const cluster = {
  toView: { status, queries },
  toHost: {
    act: object({ action: oneOf(...ACTIONS) }),
    accept: object({ job: oneOf('fit', 'train') }),
    open: object({
      what: oneOf(
        'train',
        'trust',
        'problems',
        'createSample',
        'importCluster',
        'addOrganization',
        'selectCluster',
        'showLog',
        'reveal',
        'connect',
        'testQueries',
      ),
    }),
  },
} as const;

export type ClusterStatus = Of<typeof status>;
export type TestedQueries = Of<typeof testedQueriesShape>;
export type QueriesTest = NonNullable<Of<typeof queries>['last']>;
export type ClusterService = Of<typeof service>;
export type ClusterAction = (typeof ACTIONS)[number];
export type Decision = Of<typeof decision>;
export type Write = Of<typeof write>;
export type Rung = Of<typeof rung>;
export type Observed = Of<typeof observed>;
export type Ended = Of<typeof ended>;
export type Preflight = NonNullable<ClusterStatus['preflight']>;
export type Finding = Of<typeof findingShape>;
export type Offer = ClusterStatus['offers'][number];
export type TransferRun = Of<typeof run>;
export type PlannedStage = Of<typeof planShape>[number];
export type StageName = (typeof STAGES)[number];
