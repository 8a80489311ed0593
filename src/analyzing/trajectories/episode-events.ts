/** What a scenario does to the cluster during an episode, as events for pictures of the episode. */
import type { EventType } from '../../spec/scenario-events.ts';
import type { Episode } from '../../cluster/simulation/simulation.ts';

/** Seconds from the start of the episode. */
export interface EpisodeEvent {
  /** A burst is a part of the load, which is recorded by itself. */
  readonly type: Exclude<EventType, 'burst'>;
  /** Name of the service; '' = the entry points. */
  readonly service: string;
  readonly from: number;
  readonly to: number;
  /** The greatest while it lasts. attack: requests/s; crashes: probability per pod and 30 s; contention: factor on the throughput; crash: pods. */
  readonly size: number;
}

/** In the order of their beginnings. */
export function eventsOf(
  { seconds, attack, crash, factor, kills }: Pick<Episode, 'seconds' | 'attack' | 'crash' | 'factor' | 'kills'>,
  services: readonly string[],
): EpisodeEvent[] {
  const count = services.length;
  const spans = (
    type: EpisodeEvent['type'],
    service: string,
    sizeAt: (second: number) => number,
    isWorse = isGreater,
  ) => spansOf(seconds, sizeAt, isWorse).map((span) => ({ type, service, ...span }));
  const perService = services.flatMap((name, s) => [
    ...spans('crashes', name, (t) => crash[t * count + s]),
    // No contention is a factor of 1.
    ...spans('contention', name, (t) => (factor[t * count + s] === 1 ? 0 : factor[t * count + s]), isLess),
  ]);
  const single = kills.map(({ second, service, pods }) => ({
    type: 'crash' as const,
    service: services[service],
    from: second,
    to: second,
    size: pods,
  }));
  return [...spans('attack', '', (t) => attack[t]), ...perService, ...single].sort((a, b) => a.from - b.from);
}

const isGreater = (a: number, b: number) => a > b;
const isLess = (a: number, b: number) => a < b;

/** Stretches in which something is not 0, each with the worst value. */
function spansOf(
  seconds: number,
  sizeAt: (second: number) => number,
  isWorse: (a: number, b: number) => boolean,
): { from: number; to: number; size: number }[] {
  const found: { from: number; to: number; size: number }[] = [];
  let from = -1;
  let size = 0;
  for (let t = 0; t <= seconds; t++) {
    const now = t < seconds ? sizeAt(t) : 0;
    if (now > 0 && from < 0) [from, size] = [t, now];
    else if (now > 0 && isWorse(now, size)) size = now;
    else if (!(now > 0) && from >= 0) {
      found.push({ from, to: t, size: Number(size.toPrecision(4)) });
      from = -1;
    }
  }
  return found;
}
