/** Shows what a change of an installation would write, and writes it if the user named the place. */
import { ClusterError, type ClusterIdentity } from '../../cluster/live/live-cluster.ts';
import type { Timers } from '../../cluster/live/timers.ts';
import type { ApiServer } from '../../cluster/kubernetes/client/api-server.ts';
import { writeInstallation, type InstallationWrites, type PlannedWrite } from './installation.ts';
import { assertMayWrite } from '../../jobs/running/real-cluster.ts';
import { objectName, type InstallationPlan } from './plan-text.ts';

export interface Consent {
  /** The place as the user named it, context/namespace. If empty, nothing may be written. */
  readonly writeTo: string;
  /** Whether to show only the plan. */
  readonly dryRun: boolean;
  /** Whether to take over fields that somebody else has set. */
  readonly force: boolean;
}

export interface Connection {
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly timers: Timers;
  readonly signal: AbortSignal;
}

/** Callbacks for the progress of a plan. */
export interface PlanListeners {
  readonly onPlan: (plan: InstallationPlan) => void;
  /** Called after each write. */
  readonly onWritten: (write: PlannedWrite) => void;
  readonly onMessage: (message: string) => void;
}

export const identityOf = ({ context, server }: ApiServer, namespace: string): ClusterIdentity => ({
  context,
  server,
  namespace,
});

/** Throws JobError if the user named another place. Must be called before anything is sent. */
export function assertSamePlace(identity: ClusterIdentity, { writeTo }: Consent, what: string): void {
  if (writeTo !== '') assertMayWrite(identity, writeTo, what);
}

/**
 * Resolves with whether the plan was written, which is false if only the plan was wanted. Rejects with JobError if the user
 * named no place, and with ClusterError if the cluster refuses a write, in which case nothing is written.
 */
export async function applyPlan(
  api: ApiServer,
  about: Omit<InstallationPlan, 'writes'>,
  writes: InstallationWrites,
  options: Consent &
    PlanListeners & { readonly afterWrite?: (write: PlannedWrite) => Promise<void>; signal: AbortSignal },
): Promise<boolean> {
  const { writeTo, dryRun, force, signal, onPlan, onWritten, afterWrite } = options;
  const { plan, written } = await writeInstallation(api, writes, {
    force,
    signal,
    mayWrite: () => writeTo !== '' && !dryRun,
    onWritten: async (write) => {
      onWritten(write);
      await afterWrite?.(write);
    },
    onPlan: (planned) => onPlan({ ...about, writes: planned }),
  });
  const refused = plan.filter((write) => write.refused !== '');
  if (refused.length > 0) throw new ClusterError('invalid', refusals(refused));
  if (!dryRun) assertMayWrite(identityOf(api, about.namespace), writeTo, `To ${about.action} the controller`);
  return written;
}

function refusals(refused: readonly PlannedWrite[]): string {
  const reasons = new Map<string, string[]>();
  for (const write of refused) reasons.set(write.refused, [...(reasons.get(write.refused) ?? []), objectName(write)]);
  const list = [...reasons].map(([why, objects]) => `${objects.join(', ')}: ${why}`);
  return `Nothing was written, since the cluster refuses this:\n${list.join('\n')}`;
}
