/**
 * A transfer that runs on a user's machine has no standby: a small process beside it restores the HPAs when the transfer's
 * process is killed. It reads nothing but the run's manifest and the cluster, and ends with the transfer.
 */
import { spawn } from 'node:child_process';
import { readManifest } from '../../runs/manifest.ts';
import { artifactPath } from '../../runs/run-directory.ts';
import { named, resolveTraining } from '../../training/setup.ts';
import { standBy } from '../../transferring/guarded-transfer.ts';
import { AUDIT_FILE } from '../../runs/artifacts.ts';
import { runnerEntry } from '../assets.ts';
import { continueAuditFile } from './audit-file.ts';
import type { JobOptions } from '../options/options.ts';
import { connectReal, leaseOptions } from './real-cluster.ts';
import { modelOfRun } from '../starting/specs.ts';

/** `identity`: of the transfer's process, in the lease. */
export function startWatchdog(runDirectory: string, identity: string): void {
  const child = spawn(process.execPath, [runnerEntry(), 'watchdog', runDirectory, identity], {
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  });
  // Where no process can be started, the transfer goes on without: the next one restores what this one leaves.
  child.on('error', () => undefined);
  child.unref();
}

/** Resolves when the transfer's process no longer holds the lease, and nothing of what it changed is left. */
export async function watchOver(runDirectory: string, identity: string): Promise<void> {
  const manifest = readManifest(runDirectory);
  const options = manifest.options as unknown as JobOptions['transfer'];
  const model = modelOfRun(manifest);
  const transfer = named(model.transfers, 'Transfer', options.transfer);
  const { cluster: spec } = resolveTraining(model, options.training);
  const cluster = await connectReal(spec, transfer.target, { now: Date.now, log: () => undefined });
  try {
    const signal = new AbortController().signal;
    const audit = continueAuditFile(artifactPath(runDirectory, AUDIT_FILE));
    await standBy({ ...leaseOptions(), cluster, spec, transfer, audit, signal }, identity);
  } finally {
    await cluster.close();
  }
}
