import { readFileSync, writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import type { JobKind } from '../../runs/job-kinds.ts';

/** Jobs that follow the clock of a cluster and must therefore be on time. */
const IN_TIME: readonly string[] = ['collect', 'transfer'] satisfies JobKind[];

/**
 * Lowers the priority of a job that only computes, and of the processes that it starts, in favor of the editor and the user's
 * other programs. While nothing else needs the processor, the job is as fast as before. With KARMA_GIVE_WAY=process, the job's
 * session keeps its share, so that the job goes on where other sessions are never idle, as on a machine that runs test suites.
 */
export function giveWay(kind: string): void {
  if (IN_TIME.includes(kind)) return;
  const { PRIORITY_BELOW_NORMAL } = constants.priority;
  if (getPriority() < PRIORITY_BELOW_NORMAL) attempt(() => setPriority(PRIORITY_BELOW_NORMAL));
  // Desktop Linux divides the processor among sessions before processes.
  if (process.platform === 'linux' && process.env.KARMA_GIVE_WAY !== 'process')
    attempt(() => {
      if (leadsSession()) writeFileSync('/proc/self/autogroup', String(PRIORITY_BELOW_NORMAL));
    });
}

/** Whether the session is this process's own. In the session of a terminal, all programs of the user would give way. */
function leadsSession(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // The name of the program, in parentheses, may hold spaces. State, parent, process group and session follow it.
  const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
  return session === String(process.pid);
}

/** Ignores errors: if the system does not allow or support the change, the job runs at normal priority. */
function attempt(change: () => void): void {
  try {
    change();
  } catch {
    return;
  }
}
