import { writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import type { JobKind } from '../../runs/job-kinds.ts';

/** Jobs that follow the clock of a cluster and must therefore be on time. */
const IN_TIME: readonly string[] = ['collect', 'transfer'] satisfies JobKind[];

/**
 * Lowers the priority of a job that only computes, and of the processes that it starts, in favor of the editor and the user's
 * other programs. While nothing else needs the processor, the job is as fast as before.
 */
export function giveWay(kind: string): void {
  if (IN_TIME.includes(kind)) return;
  const { PRIORITY_BELOW_NORMAL } = constants.priority;
  if (getPriority() >= PRIORITY_BELOW_NORMAL) return;
  attempt(() => setPriority(PRIORITY_BELOW_NORMAL));
  // Desktop Linux divides the processor among sessions before processes, and this process leads a session.
  if (process.platform === 'linux') attempt(() => writeFileSync('/proc/self/autogroup', String(PRIORITY_BELOW_NORMAL)));
}

/** Ignores errors: if the system does not allow or support the change, the job runs at normal priority. */
function attempt(change: () => void): void {
  try {
    change();
  } catch {
    return;
  }
}
