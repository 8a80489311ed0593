/** Reads one step of a recorded episode, without words. */
import type { AgentRecord, EpisodeEvent, EpisodeMessage } from '../protocol/episode.ts';

export interface OptionAt {
  /** Index into the agent's options. */
  readonly option: number;
  readonly text: string;
  readonly allowed: boolean;
  /** 0..1; undefined where it was not recorded. */
  readonly probability: number | undefined;
  /** It was taken; the policy takes it without the mask. */
  readonly taken: boolean;
  readonly free: boolean;
}

export interface ChoiceAt {
  readonly agent: AgentRecord;
  readonly options: readonly OptionAt[];
  readonly taken: OptionAt;
  readonly free: OptionAt;
  /** How many options were allowed. */
  readonly allowed: number;
  /** A rule of the agent's guide matched. */
  readonly active: boolean;
  /** The rule that matched; undefined where none did, or none was recorded. */
  readonly rule: { readonly role: string; readonly condition: string } | undefined;
  readonly expected: number | undefined;
}

/** How an option reads: 'hold', 'b +2'. */
function optionText(services: readonly string[], { service, move }: AgentRecord['options'][number]): string {
  return service < 0 ? 'hold' : `${services[service]} ${move > 0 ? '+' : ''}${move}`;
}

/** What an agent was allowed, thought and did at a step. */
export function choiceAt({ services, steps, agents }: EpisodeMessage, index: number, step: number): ChoiceAt {
  const agent = agents[index];
  const at = Math.min(step, steps - 1);
  const count = agent.options.length;
  const options = agent.options.map((option, o): OptionAt => {
    const share = agent.probabilities?.[at * count + o] ?? -1;
    return {
      option: o,
      text: optionText(services, option),
      allowed: agent.allowed[at * count + o] === '1',
      probability: share < 0 ? undefined : share / 1000,
      taken: agent.actions[at] === o,
      free: agent.free[at] === o,
    };
  });
  const text = agent.rules?.[agent.rule?.[at] ?? -1];
  const colon = text?.indexOf(': ') ?? -1;
  return {
    agent,
    options,
    taken: options[agent.actions[at]],
    free: options[agent.free[at]],
    allowed: options.filter(({ allowed }) => allowed).length,
    active: agent.active[at] === '1',
    rule:
      text === undefined
        ? undefined
        : colon < 0
          ? { role: agent.roles.join(', '), condition: text }
          : { role: text.slice(0, colon), condition: text.slice(colon + 2) },
    expected: agent.expected?.[at] ?? undefined,
  };
}

/** The options that matter at a step first: taken, without the mask, then the likely ones; the rest can be folded away. */
export function sortedOptions({ options }: ChoiceAt): { readonly shown: OptionAt[]; readonly folded: OptionAt[] } {
  const matters = (option: OptionAt) => option.taken || option.free || (option.probability ?? 0) >= LIKELY;
  const weight = (option: OptionAt) => (option.taken ? 2 : 0) + (option.free ? 1 : 0) + (option.probability ?? 0) / 10;
  return {
    shown: options.filter(matters).sort((a, b) => weight(b) - weight(a) || a.option - b.option),
    folded: options.filter((option) => !matters(option)),
  };
}
const LIKELY = 0.01;

/** Values of a state column; undefined where the episode has no such column. */
export function columnOf({ fields }: EpisodeMessage, name: string): readonly (number | null)[] | undefined {
  return fields.find((field) => field.name === name)?.values;
}

/** Value of a state column at a step; undefined where there is none. */
export function valueAt(episode: EpisodeMessage, name: string, step: number): number | undefined {
  return columnOf(episode, name)?.[step] ?? undefined;
}

/** The step that is decided at or was decided last before some seconds; undefined outside of the episode. */
export function stepAt({ interval, steps }: Pick<EpisodeMessage, 'interval' | 'steps'>, seconds: number) {
  const step = Math.floor(seconds / interval + 1e-6);
  return step >= 0 && step < steps ? step : undefined;
}

/** Events that are on between this decision and the next. */
export function eventsAt({ events, interval }: EpisodeMessage, step: number): EpisodeEvent[] {
  const [from, to] = [step * interval, (step + 1) * interval];
  return (events ?? []).filter((event) => event.from < to && (event.to > from || event.from >= from));
}

/** Seconds of an episode. */
export const lengthOf = ({ steps, interval }: Pick<EpisodeMessage, 'interval' | 'steps'>): number => steps * interval;
