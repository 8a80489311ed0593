/** Messages of the Roles and Goals view. The host reads the analysis of a run; the view shows it. */
import { analysisToHost, analysisToView } from './proposals.ts';
import { flag, list, number, object, oneOf, optional, orNull, text, type Of } from './shape.ts';

/** As analyzing/decision-rule.ts RuleQuality. */
const quality = object({
  samples: number,
  baseRate: number,
  allows: number,
  precision: optional(number),
  recall: optional(number),
});

const group = object({
  group: number,
  sequences: number,
  /** Declared roles of its sequences, the most frequent first. */
  roles: list(object({ role: text, sequences: number })),
  /** The declared role that it matches. */
  role: optional(text),
  /** Another group is the best match of this role. */
  variant: flag,
});

const agent = object({
  agent: text,
  roles: list(text),
  steps: number,
  activeSteps: number,
  /** As played, and for what the policy chooses without a mask; each left out where nothing was there to count. */
  alignment: optional(number),
  freeAlignment: optional(number),
  /** Of the moves that the policy chooses without a mask, the share that the role allows. */
  freeMoveAlignment: optional(number),
  moving: optional(number),
});

const rule = object({
  direction: oneOf('up', 'down'),
  when: text,
  scale: list(number),
  services: list(text),
  fitted: quality,
  heldOut: quality,
});

const role = object({
  name: text,
  group: number,
  sequences: number,
  matches: optional(text),
  rules: list(rule),
  allowsTaken: optional(number),
  allowsAll: optional(number),
});

const bound = object({
  field: text,
  unit: text,
  atLeast: optional(number),
  atMost: optional(number),
  inside: number,
  outside: number,
  /** Least and greatest value of the states visited. */
  visited: list(number),
});

const goal = object({
  name: text,
  probability: number,
  description: text,
  bounds: list(bound),
  satisfiedWhen: text,
  inside: number,
  outside: number,
});

const satisfaction = object({
  goal: text,
  overall: optional(number),
  scenarios: list(object({ scenario: text, share: optional(number) })),
});

const roles = object({
  /** Of the run. */
  directory: text,
  organization: text,
  episodes: number,
  seeds: list(number),
  /** What was left out, or could not be done, in sentences. */
  notes: list(text),
  silhouette: number,
  purity: number,
  stability: optional(number),
  groups: list(group),
  agents: list(agent),
  roles: list(role),
  goals: list(goal),
  satisfaction: list(satisfaction),
  fit: object({ structural: optional(number), functional: optional(number), overall: optional(number) }),
});

const comparison = object({
  directory: text,
  /** Id of the run that this one refines, and whether it is still there. */
  before: text,
  isThere: flag,
  figures: list(
    object({
      what: oneOf('objective', 'resilience', 'alignment', 'freeAlignment', 'purity', 'stability', 'proposals'),
      before: orNull(number),
      after: orNull(number),
    }),
  ),
});

export const rolesView = {
  toView: {
    ...analysisToView,
    roles,
    /** Of a run that refines another one; without figures, of one that does not. */
    comparison,
  },
  toHost: analysisToHost,
} as const;

export type RolesMessage = Of<typeof roles>;
export type Comparison = Of<typeof comparison>;
export type ComparisonFigure = Comparison['figures'][number];
export type AgentAlignment = Of<typeof agent>;
export type InferredRole = Of<typeof role>;
export type InferredRule = Of<typeof rule>;
export type InferredGoal = Of<typeof goal>;
export type StateBound = Of<typeof bound>;
export type RuleQuality = Of<typeof quality>;
