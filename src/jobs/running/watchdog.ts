/**
 * Stands in for the missing standby of a transfer on a user's machine: a small process beside it that restores the HPAs if the
 * transfer's process is killed. It reads only the run's manifest and the cluster, and ends with the transfer. Its messages go to
 * the run's journal. The transfer's process writes them there while it lives, and the watchdog does so afterwards.
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

/** Seconds for which the watchdog retries if a right is missing, since somebody may grant it again. */
const PATIENCE = 300;
/** Milliseconds between two checks that the run's directory still exists. */
const DIRECTORY_CHECK = 2000;
const UNGUARDED = 'if this process is killed, the HPAs stay changed until the next transfer restores them';

/** `identity` is that of the transfer's process in the lease. Disposing stops only the listening, not the watchdog. */
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
 * Resolves when the transfer's process no longer holds the lease and all its changes are undone, when the run's directory is
 * gone, or when `signal` aborts. Rejects if the cluster refuses permanently, after reporting it.
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

/** Reports each message once: to the transfer's process, which listens while it lives, or else to the journal. */
function teller(runDirectory: string): JobContext['log'] {
  let last = '';
  return (message) => {
    if (message === last) return;
    last = message;
    process.stderr.write(`${message.replaceAll('\n', ' ')}\n`);
    try {
      if (existsSync(runDirectory)) note(runDirectory, message);
    } catch {
      // Either the transfer's process lives and writes its journal itself, or the journal cannot be written.
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
