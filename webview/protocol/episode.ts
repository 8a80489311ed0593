/** Messages of the Episode view. The host reads recorded episodes one at a time; the view draws and explains them. */
import { list, number, object, oneOf, optional, orNull, text, type Of } from './shape.ts';

const run = object({
  directory: text,
  /** Name of its folder. */
  id: text,
  /** Name of the Training. */
  training: text,
  /** Milliseconds since the epoch. */
  createdAt: number,
  /** Training seeds whose trajectories it has. */
  seeds: list(number),
});

/** One recorded episode: the run's directory, the training seed, and the index in that seed's file. */
export const placeShape = object({ directory: text, seed: number, episode: number });

/** What is to be shown; `second` is laid over `first`. A step and an agent only where somebody asked for them. */
const selection = object({
  first: orNull(placeShape),
  second: orNull(placeShape),
  step: optional(number),
  agent: optional(text),
});

/** The episodes of one seed, column by column: there may be thousands. */
const episodes = object({
  directory: text,
  seed: number,
  scenarios: list(text),
  loads: list(text),
  /** Index into scenarios and loads; the luck's seed; steps; mean J (null = not a number). */
  scenario: list(number),
  load: list(number),
  luck: list(number),
  steps: list(number),
  objective: list(orNull(number)),
});

const agent = object({
  name: text,
  roles: list(text),
  /** service: index, -1 = hold. */
  options: list(object({ service: number, move: number })),
  /** Its guide's rules as 'role: condition'; null = not recorded. */
  rules: orNull(list(text)),
  /** Per step: the option taken, and what the policy chooses without the mask. */
  actions: list(number),
  free: list(number),
  /** '0' and '1': [steps x options] allowed; [steps] a rule matched. */
  allowed: text,
  active: text,
  /** [steps x options] in thousandths; a step that is not known is all -1. null = not recorded. */
  probabilities: orNull(list(number)),
  /** [steps] index into rules, -1 = none; null = not recorded. */
  rule: orNull(list(number)),
  /** [steps] what the critic expected; null = not recorded. */
  expected: orNull(list(orNull(number))),
});

/** Something that the scenario did to the cluster. Seconds from the start of the episode. */
const event = object({
  type: oneOf('attack', 'crashes', 'contention', 'crash'),
  /** Name of the service; '' = the entry points. */
  service: text,
  from: number,
  to: number,
  /** attack: requests/s; crashes: probability per pod and 30 s; contention: factor on the throughput; crash: pods. */
  size: number,
});

const episode = object({
  place: placeShape,
  scenario: text,
  load: text,
  luck: number,
  /** Seconds between two decisions. */
  interval: number,
  steps: number,
  services: list(text),
  /** Services that get requests from outside; null = not recorded. */
  entryPoints: orNull(list(text)),
  /** null = not recorded. */
  events: orNull(list(event)),
  /** State columns, '<service>.<field>' or 'cluster.<field>', each with a value per step; null = not a number. */
  fields: list(object({ name: text, values: list(orNull(number)) })),
  /** [steps] J over the interval after the decision. */
  objective: list(orNull(number)),
  agents: list(agent),
  /** '0' and '1' per step. */
  goals: list(object({ name: text, satisfied: text })),
  /** What the numbers of `expected` mean; '' = no critic was kept. */
  expectedMeaning: text,
});

export const episodeView = {
  toView: {
    /** Runs that have trajectories, newest first. */
    runs: object({ runs: list(run) }),
    selection,
    episodes,
    episode,
    /** An episode or a list cannot be shown: why, and what to do. `episode` -1: the list of the seed, or the run. */
    missing: object({ place: placeShape, why: text }),
  },
  toHost: {
    /** The user chose what to show. */
    select: object({ first: orNull(placeShape), second: orNull(placeShape) }),
    /** What was shown before a reload of the window: counts where nobody has asked for something else. */
    restore: object({ first: orNull(placeShape), second: orNull(placeShape) }),
    /** The list of a seed's episodes is needed to choose from. */
    list: object({ directory: text, seed: number }),
    open: object({ what: oneOf('clustering', 'analyze', 'runAll', 'reveal'), directory: text }),
  },
} as const;

export type EpisodeRun = Of<typeof run>;
export type Place = Of<typeof placeShape>;
export type EpisodeList = Of<typeof episodes>;
export type EpisodeMessage = Of<typeof episode>;
export type AgentRecord = Of<typeof agent>;
export type EpisodeEvent = Of<typeof event>;

export const samePlace = (a: Place | null, b: Place | null): boolean =>
  a === b || (a !== null && b !== null && a.directory === b.directory && a.seed === b.seed && a.episode === b.episode);
