/** Made-up transitions for tests of the store and its files. */
import fc from 'fast-check';
import { INDICATORS, stateSize, type Transition } from '../../../src/modeling/traces/layout.ts';
import type { RecordingInfo } from '../../../src/modeling/traces/trace-store.ts';

export const SERVICES = ['front', 'back'];

export const INFO: RecordingInfo = {
  cluster: 'shop',
  clusterHash: '0123456789abcdef',
  source: 'emulator',
  interval: 15,
  started: 0,
  seed: 7,
  notes: 'two services, "quoted", with, commas',
  services: SERVICES,
};

/** Every value is different, so that a swapped column shows. */
export function transition(step: number, services = SERVICES.length): Transition {
  let value = step * 1000;
  const vector = (length: number): Float64Array => Float64Array.from({ length }, () => ++value / 7);
  return {
    step,
    time: step * 15,
    state: vector(stateSize(services)),
    desired: vector(services),
    move: vector(services),
    arrivals: vector(services),
    next: vector(stateSize(services)),
    indicators: vector(INDICATORS.length),
  };
}

/** Any doubles, missing metrics (NaN) and infinities among them. */
export function anyTransitions(services: number): fc.Arbitrary<Transition[]> {
  const vector = (length: number): fc.Arbitrary<Float64Array> =>
    fc
      .array(fc.double(), { minLength: length, maxLength: length })
      .map((values) => Float64Array.from(values, (v) => v + 0));
  const one = fc.record({
    step: fc.constant(0),
    time: fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0),
    state: vector(stateSize(services)),
    desired: vector(services),
    move: vector(services),
    arrivals: vector(services),
    next: vector(stateSize(services)),
    indicators: vector(INDICATORS.length),
  });
  return fc.array(one, { maxLength: 4 }).map((list) => list.map((t, step) => ({ ...t, step: step * 2 })));
}
