/**
 * A transfer that runs on a user's machine has no standby: a small process beside it restores the HPAs when the transfer's
 * process is killed. It reads nothing but the run's manifest and the cluster, and ends with the transfer. What it has to say is
 * in the journal of the run: while the transfer's process lives, that one writes it there, and afterwards the watchdog does.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { readManifest } from '../../runs/manifest.ts';
import { artifactPath, openRun } from '../../runs/run-directory.ts';
import { named, resolveTraining } from '../../training/setup.ts';
import { standBy } from '../../transferring/stand-by.ts';
import { AUDIT_FILE } from '../../runs/artifacts.ts';
import { runnerEntry } from '../assets.ts';
import { thisProcess } from '../this-process.ts';
import { describeFailure } from '../failure.ts';
import { continueAuditFile } from './audit-file.ts';
import type { JobContext } from './context.ts';
import { optionsOfRun } from '../options/check-options.ts';
import { tellLease } from './lease-messages.ts';
import { connectReal, leaseOptions } from './real-cluster.ts';
import { modelOfRun } from '../starting/specs.ts';

/** Seconds for which the watchdog of a transfer tries again where a right is missing: somebody may give it back. */
const PATIENCE = 300;
/** Milliseconds between two looks at whether the run's directory is still there. */
const DIRECTORY_CHECK = 2000;
const UNGUARDED = 'if this process is killed, the HPAs stay changed until the next transfer restores them';

/** `identity`: of the transfer's process, in the lease. Disposing of it ends the listening, not the watchdog. */
export function startWatchdog(runDirectory: string, identity: string, log: JobContext['log']): Disposable {
  const child = spawn(process.execPath, [runnerEntry(), 'watchdog', runDirectory, identity, String(PATIENCE)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => log(`Watchdog: ${line}`, 'warning'));
  child.on('error', (error) => log(`The watchdog did not start (${error.message}): ${UNGUARDED}.`, 'warning'));
  child.on('exit', (code) => {
    if (code !== 0) log(`The watchdog has ended before the transfer: ${UNGUARDED}.`, 'warning');
  });
  child.unref();
  return {
    [Symbol.dispose]() {
      child.removeAllListeners().on('error', () => undefined);
      lines.removeAllListeners().close();
      child.stderr.destroy();
    },
  };
}

export interface WatchOptions {
  /** See StandByOptions. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the transfer's process no longer holds the lease and nothing of what it changed is left, when the run's
 * directory is gone, and when `signal` aborts. Rejects where the cluster refuses for good, after it has said so.
 */
export async function watchOver(runDirectory: string, guarded: string, options: WatchOptions): Promise<void> {
  const gone = new AbortController();
  const timer = setInterval(() => existsSync(runDirectory) || gone.abort(), DIRECTORY_CHECK);
  const signal = AbortSignal.any([options.signal, gone.signal]);
  const tell = teller(runDirectory);
  try {
    await guard(runDirectory, { guarded, patience: options.patience, signal, tell });
  } catch (error) {
    if (signal.aborted) return;
    tell(describeFailure(error).message);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

interface GuardOptions extends WatchOptions {
  readonly guarded: string;
  readonly tell: JobContext['log'];
}

async function guard(runDirectory: string, { tell, ...options }: GuardOptions): Promise<void> {
  const manifest = readManifest(runDirectory);
  const { transfer: name, training } = optionsOfRun(manifest, 'transfer');
  const model = modelOfRun(manifest);
  const transfer = named(model.transfers, 'Transfer', name);
  const { cluster: spec } = resolveTraining(model, training);
  const cluster = await connectReal(spec, transfer.target, { now: Date.now, log: tell });
  try {
    const audit = continueAuditFile(artifactPath(runDirectory, AUDIT_FILE));
    const onLease = (event: Parameters<typeof tellLease>[0]) => tellLease(event, tell);
    await standBy({ ...leaseOptions(), ...options, cluster, spec, transfer, audit, onLease });
  } finally {
    await cluster.close();
  }
}

/** Says each thing once: to the transfer's process, which listens while it lives, or else in the journal. */
function teller(runDirectory: string): JobContext['log'] {
  let last = '';
  return (message) => {
    if (message === last) return;
    last = message;
    process.stderr.write(`${message.replaceAll('\n', ' ')}\n`);
    try {
      if (existsSync(runDirectory)) note(runDirectory, message);
    } catch {
      // The transfer's process lives and writes its journal itself, or the journal cannot be written.
    }
  };
}

function note(runDirectory: string, message: string): void {
  const run = openRun(runDirectory, thisProcess());
  try {
    run.journal.append('note', { level: 'warning', message });
  } finally {
    run.close();
  }
}
