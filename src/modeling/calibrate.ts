/**
 * Fits the queueing model to traces: throughput per pod, start-up, warm-up, time-out, queue limits, base latency. Random
 * search around the numbers of the spec, then local steps, on the error of a run along the recorded loads and replicas
 * with the hidden state carried on. Services hardly influence one another's error, so each takes over the better of two
 * values by its own error: one run tries one value in every service.
 */
import { breathe } from '../cluster/breathe.ts';
import type { Cluster } from '../spec/model.ts';
import { specParameters, type EmulatorParameters } from '../cluster/emulator/parameters.ts';
import { Random } from '../cluster/random.ts';
import { makeCalibrationError, type CalibrationError } from './calibration-error.ts';
import type { Segment } from './traces/trace.ts';

/** What is fitted: `each` = one value per service, else one for all. The span is in the unit, or in factors of the spec's value. */
const FITTED = {
  throughput: { each: true, span: [0.4, 2.5], relative: true, unit: 'requests/s per pod' },
  startup: { each: true, span: [3, 180], relative: false, unit: 's' },
  baseLatency: { each: true, span: [0.002, 0.2], relative: false, unit: 's' },
  queue: { each: true, span: [0.2, 5], relative: true, unit: 'requests' },
  timeout: { each: false, span: [0.3, 10], relative: false, unit: 's' },
  warmUpSeconds: { each: false, span: [2, 90], relative: false, unit: 's' },
  warmUpFactor: { each: false, span: [0.3, 1], relative: false, unit: 'share of throughput' },
} as const;
export type FittedName = keyof typeof FITTED;
const NAMES = Object.keys(FITTED) as FittedName[];
const EACH = NAMES.filter((name) => FITTED[name].each);
const SHARED = NAMES.filter((name) => !FITTED[name].each);

/** What one local step changes: start-up and warm-up also together, since a longer one can stand for the other. */
const STEPS: readonly (readonly FittedName[])[] = [
  ...NAMES.map((name) => [name]),
  ['startup', 'warmUpSeconds', 'warmUpFactor'],
];

/** [service] of every fitted number; shared ones are the same in all services. */
type Values = Readonly<Record<FittedName, Float64Array>>;

const RANDOM_SHARE = 0.4;
/** Standard deviation of a local step, in logarithms: from the first to the last. */
const STEP = [0.4, 0.03] as const;
/** Before anything is known of it: a warm-up that costs nothing. */
const WARM_UP_START = { seconds: 10, factor: 1 };

/** Factors at which the error around the result is probed, and the relative rise below which two values cannot be told apart. */
const PROBES = [0.5, 0.7, 0.85, 0.95, 1.05, 1.15, 1.4, 2] as const;
const FLAT = 0.01;

export interface CalibrationOptions {
  readonly cluster: Cluster;
  readonly segments: readonly Segment[];
  readonly seed: number;
  /** Candidates (300). */
  readonly candidates?: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface FittedValue {
  readonly name: FittedName;
  /** Absent: one value for all services. */
  readonly service?: string;
  readonly value: number;
  /** What the spec says; absent where it says nothing. */
  readonly spec?: number;
  readonly unit: string;
  /** Between these values the error does not tell: the nearest probes whose error is clearly higher, or the last ones tried. */
  readonly plausible: readonly [number, number];
  /** The error rises on both sides. */
  readonly identifiable: boolean;
  /** What a reader should know; empty where nothing is to be said. */
  readonly note: string;
}

export interface Calibration {
  readonly parameters: EmulatorParameters;
  readonly values: readonly FittedValue[];
  /** Mean absolute error in units of the record's mean absolute deviation: with the spec's numbers, and with those found. */
  readonly errorOfSpec: number;
  readonly error: number;
  readonly transitions: number;
  readonly candidates: number;
}

interface Scored {
  readonly values: Values;
  readonly error: CalibrationError;
}

/** Throws RangeError where the traces are too short or their interval does not fit. The same seed gives the same result. */
export async function calibrate(options: CalibrationOptions): Promise<Calibration> {
  const { cluster, segments, seed, signal, onProgress } = options;
  const candidates = options.candidates ?? 300;
  const total = candidates + NAMES.length * PROBES.length;
  const errorOf = makeCalibrationError(cluster, segments, seed);
  const evaluate = async (values: Values): Promise<Scored> => {
    await breathe();
    signal.throwIfAborted();
    return { values, error: errorOf(toParameters(cluster, values)) };
  };

  const spec = specValues(cluster);
  const first = await evaluate(spec);
  let best = first;
  const random = new Random(seed, 0xca1);
  for (let n = 0; n < candidates; n++) {
    const values =
      n < RANDOM_SHARE * candidates
        ? drawn(random, best.values, spec, n)
        : stepped(random, best.values, spec, n, candidates);
    const found = await evaluate(values);
    const mixed = mix(best, found);
    // What every service likes for itself may still hurt the whole: only a mix that was run counts.
    const next = mixed === undefined || mixed === found.values ? found : await evaluate(mixed);
    if (next.error.total < best.error.total) best = next;
    onProgress?.(n + 1, total);
  }
  let values = await judge(cluster, best, spec, evaluate, (done) => onProgress?.(candidates + done, total));
  const kept = await evaluate(withoutEvidence(best.values, spec, values));
  if (kept.error.total < best.error.total * (1 + FLAT)) {
    best = kept;
    values = values.map((value) => keptAtSpec(value));
  }
  return {
    parameters: toParameters(cluster, best.values),
    values,
    errorOfSpec: first.error.total,
    error: best.error.total,
    transitions: segments.reduce((sum, { transitions }) => sum + transitions.length, 0),
    candidates,
  };
}

/** Every service's values from whichever of the two has the lesser error there; undefined where none gains. */
function mix(best: Scored, found: Scored): Values | undefined {
  const services = best.error.services.length;
  const gains = Array.from({ length: services }, (_, s) => found.error.services[s] < best.error.services[s]);
  const shared = SHARED.some((name) => found.values[name][0] !== best.values[name][0]);
  if (shared || gains.every(Boolean)) return found.values;
  if (!gains.some(Boolean)) return undefined;
  const values = copy(best.values);
  for (const name of EACH) for (let s = 0; s < services; s++) if (gains[s]) values[name][s] = found.values[name][s];
  return values;
}

/** Anywhere in the spans: the numbers of the services, or every third time those that they share. */
function drawn(random: Random, from: Values, spec: Values, n: number): Values {
  const values = copy(from);
  for (const name of n % 3 === 2 ? SHARED : EACH) {
    if (random.uniform() < 0.5) continue;
    if (FITTED[name].each)
      for (let s = 0; s < values[name].length; s++) {
        const [low, high] = spanOf(name, spec, s);
        values[name][s] = low * (high / low) ** random.uniform();
      }
    else {
      const [low, high] = spanOf(name, spec, 0);
      values[name].fill(low * (high / low) ** random.uniform());
    }
  }
  return values;
}

/** One kind of number changed a little (or a few that go together); the steps shrink toward the end. */
function stepped(random: Random, from: Values, spec: Values, n: number, candidates: number): Values {
  const values = copy(from);
  const start = RANDOM_SHARE * candidates;
  const size = STEP[0] * (STEP[1] / STEP[0]) ** ((n - start) / (candidates - start));
  for (const name of STEPS[n % STEPS.length]) {
    const step = (s: number): number => {
      const [low, high] = spanOf(name, spec, s);
      return Math.min(high, Math.max(low, values[name][s] * Math.exp(size * random.normal())));
    };
    if (FITTED[name].each) for (let s = 0; s < values[name].length; s++) values[name][s] = step(s);
    else values[name].fill(step(0));
  }
  return values;
}

/** Probes the error around the result, one kind of number at a time, and puts into words what can be relied on. */
async function judge(
  cluster: Cluster,
  best: Scored,
  spec: Values,
  evaluate: (values: Values) => Promise<Scored>,
  onProgress: (done: number) => void,
): Promise<FittedValue[]> {
  const judged: FittedValue[] = [];
  let done = 0;
  for (const name of NAMES) {
    const rises: Float64Array[] = [];
    for (const factor of PROBES) {
      const values = copy(best.values);
      for (let s = 0; s < values[name].length; s++) values[name][s] *= factor;
      if (name === 'warmUpFactor') values[name].forEach((value, s) => (values[name][s] = Math.min(1, value)));
      const { error } = await evaluate(values);
      const rise = (probe: number, reference: number): number => probe / reference - 1;
      rises.push(
        FITTED[name].each
          ? error.services.map((value, s) => rise(value, best.error.services[s]))
          : Float64Array.of(rise(error.total, best.error.total)),
      );
      onProgress(++done);
    }
    for (let s = 0; s < rises[0].length; s++) {
      const value = best.values[name][s];
      const worse = (i: number): boolean => rises[i][s] > FLAT;
      const below = PROBES.findLastIndex((factor, i) => factor < 1 && worse(i));
      const above = PROBES.findIndex((factor, i) => factor > 1 && worse(i));
      const limit = name === 'warmUpFactor' ? 1 : Infinity;
      const identifiable = below >= 0 && (above >= 0 || value >= limit);
      const plausible = [
        value * PROBES[Math.max(0, below)],
        Math.min(limit, value * PROBES[above < 0 ? PROBES.length - 1 : above]),
      ] as const;
      const known = name === 'throughput' || name === 'startup' || name === 'queue';
      judged.push({
        name,
        ...(FITTED[name].each ? { service: cluster.services[s].name } : {}),
        value,
        ...(known ? { spec: spec[name][s] } : {}),
        unit: FITTED[name].unit,
        plausible,
        identifiable,
        note: noteOf(name, value, known ? spec[name][s] : undefined, identifiable, spanOf(name, spec, s)),
      });
    }
  }
  return judged;
}

/** What the error is flat in goes back to the spec, where the spec says something. */
function withoutEvidence(found: Values, spec: Values, judged: readonly FittedValue[]): Values {
  const values = copy(found);
  for (const name of NAMES)
    judged
      .filter((value) => value.name === name && value.service !== undefined)
      .forEach((value, s) => {
        if (isGuess(value)) values[name][s] = spec[name][s];
      });
  return values;
}

/** The traces say nothing about it, but the spec does. */
const isGuess = (value: FittedValue): value is FittedValue & { readonly spec: number } =>
  !value.identifiable && value.spec !== undefined;

function keptAtSpec(found: FittedValue): FittedValue {
  if (!isGuess(found)) return found;
  const value = found.spec;
  const [low, high] = found.plausible;
  const plausible = [Math.min(low, value), Math.max(high, value)] as const;
  return { ...found, value, plausible, note: `${found.note}; left at the spec's value` };
}

const UNSEEN: Readonly<Record<FittedName, string>> = {
  throughput: 'the service was never busy in these traces',
  startup: 'these traces hold too few starts; collect some under exploration',
  baseLatency: 'waiting hides it in these traces',
  queue: 'the queue never filled up in these traces',
  timeout: 'hardly anything waited that long in these traces',
  warmUpSeconds: 'starts are too few, or pods work at once',
  warmUpFactor: 'starts are too few, or pods work at once',
};

function noteOf(
  name: FittedName,
  value: number,
  spec: number | undefined,
  identifiable: boolean,
  [low, high]: readonly [number, number],
): string {
  if (!identifiable) return `not identifiable, the error is flat in it: ${UNSEEN[name]}`;
  const atEnd = value <= low || (value >= high && name !== 'warmUpFactor');
  if (atEnd) return 'doubtful: at the end of the range that is searched, so it may stand in for something else';
  if (spec === undefined || Math.abs(Math.log(value / spec)) < 0.1) return '';
  return `${value > spec ? 'above' : 'below'} the spec's by ${Math.round(100 * Math.abs(value / spec - 1))} %`;
}

function specValues(cluster: Cluster): Values {
  const { services } = specParameters(cluster);
  const all = (value: number): Float64Array => new Float64Array(services.length).fill(value);
  return {
    throughput: Float64Array.from(services, (service) => service.throughput),
    startup: Float64Array.from(services, (service) => (service.startup[0] + service.startup[1]) / 2),
    baseLatency: Float64Array.from(services, (service) => service.baseLatency),
    queue: Float64Array.from(services, (service) => service.queue),
    timeout: all(services[0].timeout),
    warmUpSeconds: all(WARM_UP_START.seconds),
    warmUpFactor: all(WARM_UP_START.factor),
  };
}

function toParameters(cluster: Cluster, values: Values): EmulatorParameters {
  const spec = specParameters(cluster);
  return {
    ...spec,
    services: spec.services.map((service, s) => ({
      ...service,
      throughput: values.throughput[s],
      startup: [values.startup[s], values.startup[s]],
      baseLatency: values.baseLatency[s],
      queue: values.queue[s],
      timeout: values.timeout[s],
      warmUp: { seconds: values.warmUpSeconds[s], factor: values.warmUpFactor[s] },
    })),
  };
}

function spanOf(name: FittedName, spec: Values, service: number): readonly [number, number] {
  const { span, relative } = FITTED[name];
  return relative ? [span[0] * spec[name][service], span[1] * spec[name][service]] : span;
}

function copy(values: Values): Values {
  const result = { ...values };
  for (const name of NAMES) result[name] = values[name].slice();
  return result;
}
