/** Messages of the Organization view: the graph of an organization, and the playground of its guides. */
import { dictionary, flag, list, number, object, oneOf, optional, orNull, text, type Of } from './shape.ts';

const node = object({
  id: text,
  kind: oneOf('group', 'role', 'agent', 'mission', 'service'),
  name: text,
});

const edge = object({
  kind: oneOf(
    'member',
    'acquaintance',
    'authority',
    'communication',
    'compatibility',
    'obligation',
    'permission',
    'holds',
    'observes',
    'moves',
    'extends',
  ),
  from: text,
  to: text,
  /** Of a member. */
  min: optional(number),
  max: optional(number),
  /** Of an obligation or permission; seconds. */
  during: optional(object({ from: number, to: number })),
});

const graph = object({ name: text, cluster: text, nodes: list(node), edges: list(edge) });

const organization = object({
  /** Why there is none; '' where there is one. */
  empty: oneOf('', 'loading', 'no project', 'no organization', 'broken'),
  /** The server's, where it does not answer. */
  problem: text,
  /** All organizations of all projects. */
  choices: list(object({ key: text, label: text })),
  /** Key of the one shown. */
  selected: text,
  /** Errors in the specifications of its project. */
  errors: number,
  /** The text has errors now: this is how it was before. */
  stale: flag,
  graph: orNull(graph),
});

/** By service ('' = the cluster), then by field. */
const values = dictionary(dictionary(number));
const triedState = object({ now: values, before: orNull(values), elapsed: number });

const rule = object({ role: text, rule: number, matches: flag, why: list(text), scale: list(number) });
const goal = object({
  mission: text,
  goal: text,
  duty: oneOf('obligation', 'permission'),
  role: text,
  holds: flag,
  /** Null where it is not a finite number. */
  reward: orNull(number),
  normalized: orNull(number),
  counts: orNull(number),
  satisfied: optional(flag),
  why: list(text),
});
const agent = object({
  agent: text,
  hardness: number,
  services: list(object({ service: text, rules: list(rule), allowed: list(number) })),
  goals: list(goal),
});

const guides = object({
  /** Key of the organization. */
  key: text,
  /** Null where it cannot be read. */
  answer: orNull(
    object({
      playground: object({
        inputs: list(object({ service: text, field: text, unit: text, about: text, max: number, step: number })),
        presets: list(
          object({
            name: oneOf('rest', 'overload', 'failure', 'sample-typical', 'sample-queue', 'sample-failures'),
            state: triedState,
          }),
        ),
        maxElapsed: number,
      }),
      state: triedState,
      evaluation: object({ organization: text, cluster: text, agents: list(agent) }),
    }),
  ),
});

const tab = oneOf('graph', 'playground');

export const organizationView = {
  toView: {
    organization,
    guides,
    /** Show this tab: the command says which. */
    tab: object({ tab }),
  },
  toHost: {
    show: object({ key: text }),
    /** What was shown before a reload of the window: counts where nobody has asked for another one. */
    restore: object({ key: text }),
    /** Evaluate the guides in this state; null = the first preset. */
    evaluate: object({ key: text, state: orNull(triedState) }),
    /** Go to where a node is declared. */
    reveal: object({ id: text }),
    open: object({ what: oneOf('createSample', 'problems', 'importMoise') }),
  },
} as const;

export type OrganizationMessage = Of<typeof organization>;
export type Graph = Of<typeof graph>;
export type GraphNode = Of<typeof node>;
export type GraphEdge = Of<typeof edge>;
export type GuidesMessage = Of<typeof guides>;
export type GuidesAnswer = NonNullable<GuidesMessage['answer']>;
export type GuideInput = GuidesAnswer['playground']['inputs'][number];
export type PresetName = GuidesAnswer['playground']['presets'][number]['name'];
export type AgentGuides = Of<typeof agent>;
export type TriedState = Of<typeof triedState>;
export type Tab = Of<typeof tab>;
