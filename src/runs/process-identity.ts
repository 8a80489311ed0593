import { readFileSync } from 'node:fs';

/**
 * When a process started, as an opaque text, so that a reused process id is not taken for the old process: clock ticks
 * since boot, with the id of the boot. Empty where the platform does not tell (only Linux does without starting another
 * program) or the process has ended.
 */
export function processStart(pid: number): string {
  const ticks = statusFields(pid)[19];
  return ticks ? `${bootId()}/${ticks}` : '';
}

/** Whether that very process still lives on this machine; 'unknown' where its id lives but its start cannot be compared. */
export function processLives(pid: number, start: string): 'yes' | 'no' | 'unknown' {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'no';
  }
  if (statusFields(pid)[0] === 'Z') return 'no'; // It has ended, only its parent has not asked yet.
  const now = processStart(pid);
  if (start === '' || now === '') return 'unknown';
  return now === start ? 'yes' : 'no';
}

/** The fields of /proc/<pid>/stat from the third on (state first); the second, the program's name, may hold anything. */
function statusFields(pid: number): string[] {
  const text = readQuietly(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function bootId(): string {
  return readQuietly('/proc/sys/kernel/random/boot_id').trim();
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
