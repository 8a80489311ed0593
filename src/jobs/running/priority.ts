import { writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import type { JobKind } from '../../runs/job-kinds.ts';

/** Jobs that follow a cluster's clock: they have to be in time. */
const IN_TIME: readonly string[] = ['collect', 'transfer'] satisfies JobKind[];

/**
 * Lets a job that only computes, and the processes that it starts, give way to the editor and whatever else the user does; where
 * nothing else wants the processor, it is as fast as before.
 */
export function giveWay(kind: string): void {
  if (IN_TIME.includes(kind)) return;
  const { PRIORITY_BELOW_NORMAL } = constants.priority;
  if (getPriority() >= PRIORITY_BELOW_NORMAL) return;
  attempt(() => setPriority(PRIORITY_BELOW_NORMAL));
  // Desktop Linux weighs sessions before it weighs processes, and this process leads one.
  if (process.platform === 'linux') attempt(() => writeFileSync('/proc/self/autogroup', String(PRIORITY_BELOW_NORMAL)));
}

/** A system that does not let it, or has no such thing, runs the job as it would run any other. */
function attempt(change: () => void): void {
  try {
    change();
  } catch {
    return;
  }
}
