/** Decides which actions of the Cluster view are available, with the reason if not. */
import * as vscode from 'vscode';
import type { ClusterAction, ClusterStatus, StageName } from '../../../../webview/protocol/cluster.ts';
import type { ClusterDigest } from '../../../language/protocol.ts';

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
  /** A transfer whose process has died left HPAs changed. */
  readonly isLeftChanged: boolean;
  /** Context, server and namespace are known. */
  readonly isPlaceKnown: boolean;
  /** Another writer to the namespace; empty = none. */
  readonly writer: string;
  /** Of the transfer that is under way: whether there is one after it; undefined = it is in none that can be held. */
  readonly stage: { readonly isLast: boolean } | undefined;
  /** Trainings of the cluster's Transfers that have policies. */
  readonly hasPolicies: (training: string) => boolean;
}

type Availability = Pick<ClusterStatus, 'actions' | 'remedy'>;
type Obstacle = { readonly why: string; readonly remedy: ClusterStatus['remedy'] };

export function availability(circumstances: Circumstances): Availability {
  const { isBusy, isLeftChanged, isPlaceKnown, writer, stage } = circumstances;
  const obstacle = obstacleOf(circumstances);
  const stages = new Set(
    circumstances.cluster?.transfers.flatMap((transfer) => transfer.stages.map(({ stage }) => stage)),
  );
  const action = (why: string) => ({ enabled: why === '', why });
  const rung = (stage: StageName) => {
    if (obstacle) return action(obstacle.why);
    if (!stages.has(stage)) return action(t('The Transfer has no stage "{0}".', stage));
    if (!isPlaceKnown)
      return action(t('It is not yet known which cluster this is. KARMA MAS transfers only to a known cluster.'));
    const isTaken = stage !== 'shadow' && writer !== '';
    return action(isTaken ? t('{0} writes to the namespace: fall back there first.', writer) : '');
  };
  const actions: { readonly [A in ClusterAction]: ReturnType<typeof action> } = {
    plan: action(obstacle?.why ?? ''),
    shadow: rung('shadow'),
    floor: rung('floor'),
    canary: rung('canary'),
    full: rung('full'),
    fallBack: action(isBusy || isLeftChanged ? '' : t('No transfer is under way: there is nothing to fall back from.')),
    hold: action(stage ? '' : t('No transfer is in a stage: there is nothing to hold.')),
    promote: action(
      !stage
        ? t('No transfer is in a stage: there is nothing to promote.')
        : stage.isLast
          ? t('This is the highest stage that was asked for.')
          : '',
    ),
  };
  return { actions, remedy: obstacle?.remedy ?? '' };
}

/** The first obstacle that keeps every transfer from starting. */
function obstacleOf(circumstances: Circumstances): Obstacle | undefined {
  const { isTrusted, cluster, isOnDisk, errors, isBusy, hasPolicies } = circumstances;
  if (!isTrusted)
    return {
      why: t('This workspace is in Restricted Mode: KARMA MAS starts no process and connects to nothing.'),
      remedy: 'trust',
    };
  if (!cluster) return { why: t('The specifications declare no Cluster.'), remedy: '' };
  if (!isOnDisk) return { why: t('This workspace is virtual: runs need files on a disk.'), remedy: '' };
  if (isBusy) return { why: t('A transfer is under way: wait until it ends, or fall back first.'), remedy: '' };
  if (errors > 0)
    return {
      why:
        errors === 1
          ? t('The specifications have an error. Correct it to start a transfer.')
          : t('The specifications have {0} errors. Correct them to start a transfer.', errors),
      remedy: 'problems',
    };
  if (cluster.transfers.length === 0)
    return { why: t('No Transfer in the specifications is for this cluster: add one.'), remedy: 'addOrganization' };
  if (!cluster.transfers.some(({ training }) => hasPolicies(training)))
    return {
      why: t('No policies have been trained for Training {0} yet.', cluster.transfers[0].training),
      remedy: 'train',
    };
  return undefined;
}
