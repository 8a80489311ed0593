/** The load profiles that need no record, as rates second by second. */
import type { LoadProfile } from '../../spec/model.ts';
import type { Random } from '../random.ts';

export type ShapedProfile = Exclude<LoadProfile, { readonly type: 'file' }>;

/** [seconds] requests/s. `capacity`: what a relative rate of 1 stands for. */
export function shapeLoad(profile: ShapedProfile, capacity: number, seconds: number, random: Random): Float64Array {
  const unit = profile.relative ? capacity : 1;
  const shape = shapeOf(profile, seconds, random);
  return Float64Array.from({ length: seconds }, (_, t) => Math.max(0, unit * shape(t)));
}

function shapeOf(profile: ShapedProfile, seconds: number, random: Random): (second: number) => number {
  switch (profile.type) {
    case 'constant':
      return () => profile.rate;
    case 'steps':
      // Before the first step its rate holds too.
      return (t) => (profile.steps.findLast((step) => step.at <= t) ?? profile.steps[0]).rate;
    case 'sine':
      return (t) => profile.mean + profile.amplitude * Math.sin((2 * Math.PI * t) / profile.period);
    case 'bursts': {
      const peak = burstSeconds(profile.every, profile.lasts, seconds, random);
      return (t) => (peak[t] ? profile.peak : profile.base);
    }
  }
}

/** [second] 1 = in a burst. The calm between two bursts is exponential, with a mean of `every` seconds. */
function burstSeconds(every: number, lasts: number, seconds: number, random: Random): Uint8Array {
  const peak = new Uint8Array(seconds);
  const calm = (): number => -every * Math.log(1 - random.uniform());
  for (let start = calm(); start < seconds; start += lasts + calm()) {
    peak.fill(1, Math.round(start), Math.round(start + lasts));
  }
  return peak;
}
