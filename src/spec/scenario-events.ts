/**
 * The types of scenario events, in one table: the model, the resolver, references, the outline of a document and random draws derive
 * from it. A new type needs a line here, its keys in schemas/scenario.schema.json, and what it does to an episode in
 * cluster/episodes/events.ts; pictures of an episode show what is in its columns (analyzing/trajectories/episode-events.ts).
 */

interface EventDefinition {
  /** The key that says where it happens: at an entry point, or at any service. */
  readonly place: 'entryPoint' | 'service';
  /** The key of its size. */
  readonly size: string;
  /** Further sizes, 0 where they are left out. */
  readonly more: readonly string[];
  /** The greatest size, where the type of the value does not say it already. */
  readonly most?: number;
  /** False: it is over at once, so that it has no `for`. */
  readonly lasts: boolean;
  /** Whether it can also be drawn anew for each episode. */
  readonly random: boolean;
}

export const EVENT_TYPES = {
  /** rate in kappa (30 requests/s), data in tenths of crash probability per pod and 30 s, at the entry point. */
  attack: { place: 'entryPoint', size: 'rate', more: ['data'], lasts: true, random: true },
  /** The load of an entry point is multiplied. */
  burst: { place: 'entryPoint', size: 'factor', more: [], lasts: true, random: true },
  /** So many ready pods crash at once. */
  crash: { place: 'service', size: 'pods', more: [], lasts: false, random: false },
  /** Every pod of the service crashes with this probability in 30 s. */
  crashes: { place: 'service', size: 'probability', more: [], most: 1, lasts: true, random: true },
  /** The throughput of the service's pods is multiplied. */
  contention: { place: 'service', size: 'factor', more: [], lasts: true, random: true },
} as const satisfies Readonly<Record<string, EventDefinition>>;

type Definitions = typeof EVENT_TYPES;
export type EventType = keyof Definitions;
export type RandomEventType = { [T in EventType]: Definitions[T]['random'] extends true ? T : never }[EventType];

/** The sizes of an event, by their keys. */
export type EventSizes<T extends EventType, Value = number> = {
  readonly [Key in Definitions[T]['size'] | Definitions[T]['more'][number]]: Value;
};

/** What an event does: its type, where, and how strongly. */
export type EventEffect = {
  [T in EventType]: { readonly type: T } & { readonly [Place in Definitions[T]['place']]: string } & EventSizes<T>;
}[EventType];

export const definitionOf = (type: EventType): EventDefinition => EVENT_TYPES[type];
export const EVENT_NAMES = Object.keys(EVENT_TYPES) as readonly EventType[];
export const RANDOM_EVENT_NAMES = EVENT_NAMES.filter((type): type is RandomEventType => EVENT_TYPES[type].random);

/** The effect of an event of this type at a place. `more`: the sizes beside the first, in the order of the table. */
export function effectAt(type: EventType, place: string, size: number, more: readonly number[] = []): EventEffect {
  const definition = definitionOf(type);
  const sizes = definition.more.map((key, i) => [key, more[i] ?? 0] as const);
  // The keys are those of the table, from which the type is made.
  return { type, [definition.place]: place, [definition.size]: size, ...Object.fromEntries(sizes) } as EventEffect;
}

/** Where an effect happens: the name of a service. */
export const placeOf = (effect: EventEffect): string => ('entryPoint' in effect ? effect.entryPoint : effect.service);
