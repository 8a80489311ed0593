/** Which actions of the Cluster view can be taken, and why not; plain code but for the texts. */
import * as vscode from 'vscode';
import type { ClusterAction, ClusterStatus, StageName } from '../../../../webview/protocol/cluster.ts';
import type { ClusterDigest } from '../../server/protocol.ts';

const { t } = vscode.l10n;

export interface Circumstances {
  readonly isTrusted: boolean;
  /** Undefined where there is none. */
  readonly cluster: ClusterDigest | undefined;
  /** The project is on a disk, not in a virtual workspace. */
  readonly isOnDisk: boolean;
  /** Errors in the specifications. */
  readonly errors: number;
  readonly isBusy: boolean;
  /** Trainings of the cluster's Transfers that have policies. */
  readonly hasPolicies: (training: string) => boolean;
}

type Availability = Pick<ClusterStatus, 'actions' | 'remedy'>;
type Obstacle = { readonly why: string; readonly remedy: ClusterStatus['remedy'] };

export function availability(circumstances: Circumstances): Availability {
  const obstacle = obstacleOf(circumstances);
  const stages = new Set(
    circumstances.cluster?.transfers.flatMap((transfer) => transfer.stages.map(({ stage }) => stage)),
  );
  const action = (why: string) => ({ enabled: why === '', why });
  const rung = (stage: StageName) => {
    if (obstacle) return action(obstacle.why);
    return action(stages.has(stage) ? '' : t('The Transfer has no stage "{0}".', stage));
  };
  const actions: { readonly [A in ClusterAction]: ReturnType<typeof action> } = {
    plan: action(obstacle?.why ?? ''),
    shadow: rung('shadow'),
    canary: rung('canary'),
    full: rung('full'),
    fallBack: action(circumstances.isBusy ? '' : t('No transfer is under way: there is nothing to fall back from.')),
  };
  return { actions, remedy: obstacle?.remedy ?? '' };
}

/** What keeps every transfer from starting; the first that has to be removed. */
function obstacleOf(circumstances: Circumstances): Obstacle | undefined {
  const { isTrusted, cluster, isOnDisk, errors, isBusy, hasPolicies } = circumstances;
  if (!isTrusted)
    return {
      why: t('This workspace is in Restricted Mode: nothing is started or connected to in it.'),
      remedy: 'trust',
    };
  if (!cluster) return { why: t('There is no Cluster in the specifications.'), remedy: '' };
  if (!isOnDisk) return { why: t('This workspace is virtual: runs need files on a disk.'), remedy: '' };
  if (isBusy) return { why: t('A transfer is under way: wait for its end, or fall back first.'), remedy: '' };
  if (errors > 0)
    return {
      why:
        errors === 1
          ? t('The specifications have an error: a transfer starts when there is none.')
          : t('The specifications have {0} errors: a transfer starts when there are none.', errors),
      remedy: 'problems',
    };
  if (cluster.source !== 'emulator')
    return { why: t('Transfers go to emulated clusters so far: set metrics.source to emulator.'), remedy: '' };
  if (cluster.transfers.length === 0)
    return { why: t('No Transfer in the specifications is for this cluster: add one.'), remedy: '' };
  if (!cluster.transfers.some(({ training }) => hasPolicies(training)))
    return {
      why: t('No policies have been trained for Training {0} yet.', cluster.transfers[0].training),
      remedy: 'train',
    };
  return undefined;
}
