import type { Cluster, RandomEvent, Scenario, ScenarioEvent, ScenarioLoad, Span } from '../model.ts';
import { sortByDependency } from '../graph.ts';
import {
  definitionOf,
  effectAt,
  EVENT_NAMES,
  placeOf,
  RANDOM_EVENT_NAMES,
  type EventEffect,
  type EventSizes,
  type EventType,
  type RandomEventType,
} from '../scenario-events.ts';
import type { SourceObject } from '../source-object.ts';
import type { Path } from '../text/locate.ts';
import { parseDuration, parseShare } from '../units.ts';
import { checkAscending, checkPositive, unknownReference, type Context, type Declared } from './context.ts';
import { resolveProfile, type ProfileSpec } from './load-profile.ts';

type Numbers = number | readonly [number, number];

export interface ScenarioSpec {
  readonly description: string;
  readonly extends?: string;
  readonly duration?: string;
  readonly load?: readonly {
    readonly entryPoint: string;
    readonly profile?: ProfileSpec;
    readonly profiles?: readonly ProfileSpec[];
  }[];
  readonly events: readonly EventSpec[];
  readonly random: readonly RandomSpec[];
}

/** The schema lets exactly one of the types through. */
type EventSpec = { readonly at: string; readonly for?: string } & {
  readonly [T in EventType]?: { readonly entryPoint?: string; readonly service?: string } & EventSizes<
    T,
    string | number
  >;
};

type RandomSpec = { readonly perHour: Numbers; readonly for: readonly [string, string] } & {
  readonly [T in RandomEventType]?: {
    readonly entryPoints?: readonly string[];
    readonly services?: readonly string[];
  } & EventSizes<T, Numbers>;
};

const DEFAULT_DURATION = 3600;

/** All scenarios with what they inherit, in the order of the files. Scenarios in a cycle, or below one, are left out. */
export function resolveScenarios(declared: readonly Declared<ScenarioSpec>[], context: Context): Scenario[] {
  const byName = new Map(declared.map((scenario) => [scenario.object.name, scenario] as const));
  const parentOf = (name: string): readonly string[] => [byName.get(name)?.spec.extends ?? []].flat();
  for (const { object, spec } of declared) {
    if (spec.extends !== undefined) context.refers(object, ['spec', 'extends'], 'Scenario', spec.extends);
  }
  const { order, cycles } = sortByDependency([...byName.keys()], parentOf);
  for (const cycle of cycles) {
    const way = [...cycle, cycle[0]].join(' -> ');
    const message = `Scenarios extend one another in a circle: ${way}. Remove one extends.`;
    const [object, ...others] = cycle.flatMap((name) => byName.get(name)?.object ?? []);
    object.report(['spec', 'extends'], 'scenario-cycle', message, {
      related: others.map((other) => other.place(['spec', 'extends'], 'Of the circle.')),
    });
  }
  const resolved = new Map<string, Scenario>();
  for (const name of order) {
    const own = byName.get(name);
    const scenario = own && resolveScenario(own, resolved.get(parentOf(name)[0]), context);
    if (scenario) resolved.set(name, scenario);
  }
  return declared.flatMap(({ object }) => resolved.get(object.name) ?? []);
}

function resolveScenario(
  { object, spec }: Declared<ScenarioSpec>,
  parent: Scenario | undefined,
  context: Context,
): Scenario | undefined {
  const duration = spec.duration === undefined ? (parent?.duration ?? DEFAULT_DURATION) : parseDuration(spec.duration);
  checkPositive(object, ['spec', 'duration'], duration);
  // What a parent that is missing or broken would give is not known.
  const orphan = spec.extends !== undefined && !parent;
  if (!spec.load && !parent) {
    if (!orphan) {
      const message = 'The scenario has no load. Add load, or extend a scenario that has it.';
      object.report(['spec'], 'no-load', message, { at: 'key' });
    }
    return undefined;
  }
  return {
    kind: 'Scenario',
    name: object.name,
    origin: object.origin,
    description: spec.description || (parent?.description ?? ''),
    duration,
    load: spec.load ? resolveLoad(object, spec.load, duration, context) : (parent?.load ?? []),
    events: [
      ...(parent?.events ?? []),
      ...spec.events.map((event, index) => resolveEvent(object, ['spec', 'events', index], event, duration)),
    ],
    random: [
      ...(parent?.random ?? []),
      ...spec.random.map((event, index) => resolveRandom(object, ['spec', 'random', index], event)),
    ],
  };
}

function resolveLoad(
  object: SourceObject,
  specs: NonNullable<ScenarioSpec['load']>,
  duration: number,
  context: Context,
): ScenarioLoad[] {
  return specs.map(({ entryPoint, profile, profiles }, index) => {
    const path = ['spec', 'load', index];
    if (specs.findIndex((other) => other.entryPoint === entryPoint) < index) {
      const message = `Entry point ${entryPoint} has a load already. Remove one, or use profiles.`;
      object.report([...path, 'entryPoint'], 'repeated-entry', message);
    }
    if ((profile === undefined) === (profiles === undefined)) {
      object.report(path, 'one-of', 'Exactly one of profile, profiles is needed here. Keep or add one.');
    }
    const all = profiles
      ? profiles.map((each, at) => resolveProfile(object, [...path, 'profiles', at], each, duration, context))
      : profile
        ? [resolveProfile(object, [...path, 'profile'], profile, duration, context)]
        : [];
    return { entryPoint, profiles: all };
  });
}

function resolveEvent(object: SourceObject, path: Path, spec: EventSpec, duration: number): ScenarioEvent {
  const effect = effectOf(spec);
  const hasLength = definitionOf(effect.type).lasts;
  const at = parseDuration(spec.at);
  const lasts = hasLength && spec.for !== undefined ? parseDuration(spec.for) : 0;
  if (at >= duration) {
    const message = `The event starts at ${at}s, when the episode (${duration}s) is over. Move it, or lengthen the duration.`;
    object.report([...path, 'at'], 'event-outside-episode', message);
  } else if (at + lasts > duration) {
    const message = `The event ends at ${at + lasts}s, after the episode (${duration}s). Shorten or move it.`;
    object.report([...path, 'for'], 'event-cut-short', message, { replaceBy: `${duration - at}s` });
  }
  if (!hasLength && spec.for !== undefined) {
    const message = `A ${effect.type} is over at once. Remove for, or use crashes.`;
    object.report([...path, 'for'], 'unknown-key', message, { at: 'key' });
  } else if (hasLength && spec.for === undefined) {
    object.report(path, 'missing-key', 'The key for is missing in this event: say how long it lasts.');
  } else if (hasLength) checkPositive(object, [...path, 'for'], lasts);
  return { at, lasts, ...effect };
}

function effectOf(spec: EventSpec): EventEffect {
  const type = typeIn(spec, EVENT_NAMES);
  const { size, more } = definitionOf(type);
  const values: Readonly<Record<string, string | number | undefined>> = spec[type] ?? {};
  // The schema lets shares through where a size is one.
  const number = (key: string): number => parseShare(values[key] ?? 0);
  return effectAt(type, String(values.entryPoint ?? values.service), number(size), more.map(number));
}

/** The type that a mapping has a key of. */
function typeIn<T extends EventType>(spec: { readonly [Type in T]?: unknown }, types: readonly T[]): T {
  const found = types.find((type) => spec[type] !== undefined);
  if (found === undefined) throw new TypeError(`The schema lets through an event that is none of ${types.join(', ')}.`);
  return found;
}

const span = (numbers: Numbers): Span => (typeof numbers === 'number' ? [numbers, numbers] : [numbers[0], numbers[1]]);

function resolveRandom(object: SourceObject, path: Path, spec: RandomSpec): RandomEvent {
  const lasts: Span = [parseDuration(spec.for[0]), parseDuration(spec.for[1])];
  const common = { perHour: span(spec.perHour), lasts };
  const event = randomEffect(spec);
  const { size, more, most = Infinity } = definitionOf(event.type);
  checkSpan(object, [...path, 'perHour'], common.perHour);
  if (checkSpan(object, [...path, 'for'], lasts)) checkPositive(object, [...path, 'for'], lasts[0]);
  checkSpan(object, [...path, event.type, size], event.size);
  for (const key of more) checkSpan(object, [...path, event.type, key], event.data);
  if (event.size[1] > most)
    object.report([...path, event.type, size], 'out-of-range', `${size} must be at most ${most}.`);
  return { ...event, ...common };
}

type RandomEffect = Pick<RandomEvent, 'type' | 'at' | 'size' | 'data'>;

function randomEffect(spec: RandomSpec): RandomEffect {
  const type = typeIn(spec, RANDOM_EVENT_NAMES);
  const { size, more } = definitionOf(type);
  const { entryPoints, services, ...sizes } = spec[type] ?? {};
  const spans: Readonly<Record<string, Numbers | undefined>> = sizes;
  const spanOf = (key: string | undefined): Span => span((key === undefined ? undefined : spans[key]) ?? 0);
  return { type, at: [...(entryPoints ?? services ?? [])], size: spanOf(size), data: spanOf(more[0]) };
}

const checkSpan = (object: SourceObject, path: Path, [low, high]: Span): boolean =>
  checkAscending(object, path, low, high, ['The lowest value', 'the highest']);

/** What a scenario's own text says about services, against a cluster that it is played on. */
export function checkScenarioOnCluster({ object, spec }: Declared<ScenarioSpec>, cluster: Cluster): void {
  const services = cluster.services.map(({ name }) => name);
  const entryPoints = cluster.services.filter(({ entryPoint }) => entryPoint).map(({ name }) => name);
  const check = (path: Path, name: string, entryPoint: boolean): void => {
    if (!services.includes(name))
      unknownReference(object, path, 'service', name, services, ` in cluster ${cluster.name}`);
    else if (entryPoint && !entryPoints.includes(name)) {
      const message = `Service ${name} is no entry point of cluster ${cluster.name}. Name one of: ${entryPoints.join(', ')}.`;
      object.report(path, 'not-an-entry-point', message);
    }
  };
  spec.load?.forEach(({ entryPoint }, index) => check(['spec', 'load', index, 'entryPoint'], entryPoint, true));
  spec.events.forEach((event, index) => {
    const effect = effectOf(event);
    const { place } = definitionOf(effect.type);
    check(['spec', 'events', index, effect.type, place], placeOf(effect), place === 'entryPoint');
  });
  spec.random.forEach((event, index) => {
    const { type, at } = randomEffect(event);
    const { place } = definitionOf(type);
    at.forEach((name, i) => check(['spec', 'random', index, type, `${place}s`, i], name, place === 'entryPoint'));
  });
  const loaded = spec.load?.map(({ entryPoint }) => entryPoint);
  const idle = loaded ? entryPoints.filter((name) => !loaded.includes(name)) : [];
  if (idle.length > 0) {
    const message = `Entry point ${idle.join(', ')} of cluster ${cluster.name} gets no load. Add one.`;
    object.report(['spec', 'load'], 'entry-point-without-load', message, { at: 'key' });
  }
}
