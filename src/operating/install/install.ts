/** Installs or upgrades the controller for a run's policies, in the cluster that its Transfer names. */
import { ApiServer } from '../../cluster/kubernetes/client/api-server.ts';
import { installedWorkload } from '../status/controller-status.ts';
import { installedObjects, type KubernetesObject } from './installation.ts';
import type { RunInfo } from '../../runs/run-list.ts';
import type { Stage } from '../../transferring/ladder.ts';
import { manifestOptions } from '../manifests/export-run.ts';
import { manifestObjects, type ManifestOptions } from '../manifests/manifests.ts';
import { JobError } from '../../jobs/failure.ts';
import {
  assertSamePlace,
  applyPlan,
  identityOf,
  type Connection,
  type Consent,
  type PlanListeners,
} from './apply-plan.ts';

export interface InstallRequest {
  readonly run: RunInfo;
  /** Name of the Transfer; empty for the only one. */
  readonly transfer: string;
  /** If empty, the installed image, or karma-mas-controller of this version. */
  readonly image: string;
  /** If empty, the installed stage, or canary. */
  readonly stage: Stage['stage'] | '';
}

export interface Installed {
  readonly written: boolean;
  readonly context: string;
  readonly namespace: string;
  readonly image: string;
}

/** Rejects with JobError, ClusterError, or the error of reading the run. */
export async function install(
  action: 'install' | 'upgrade',
  { run, ...request }: InstallRequest,
  options: Consent & Connection & PlanListeners,
): Promise<Installed> {
  const draft = manifestOptions(run, { ...request, stage: request.stage || 'canary' });
  const { context, namespace } = draft.transfer.target;
  const api = await ApiServer.open({ ...options, context });
  try {
    const identity = identityOf(api, namespace);
    assertSamePlace(identity, options, `To ${action} the controller`);
    const wanted = objectsOf(draft);
    const others = wanted.map(({ metadata }) => metadata.namespace);
    const there = await installedObjects(api, namespace, others, options.signal);
    const present = installedWorkload(there);
    if (action === 'install' && present.image !== '')
      throw new JobError(
        `The controller is installed in namespace ${namespace} of context ${api.context} already (${present.image}): upgrade it, or remove it first.`,
      );
    if (action === 'upgrade' && present.image === '')
      throw new JobError(`There is no controller in namespace ${namespace} of context ${api.context}: install it.`);
    const image = request.image || present.image || draft.image;
    const stage = request.stage || (present.stage as Stage['stage'] | '') || draft.stage;
    const apply = objectsOf({ ...draft, image, stage });
    const remove = there.filter((object) => isSurplus(object, apply));
    const written = await applyPlan(
      api,
      { action, ...identity, image, stage, restores: [] },
      { apply, remove },
      options,
    );
    return { written, context: api.context, namespace, image };
  } finally {
    api.close();
  }
}

const objectsOf = (options: ManifestOptions): KubernetesObject[] =>
  Object.values(manifestObjects(options)).flat() as KubernetesObject[];

/** Tells whether an object is no longer in the manifests. Kinds that the manifests lack, such as the alerts, are left alone. */
function isSurplus({ kind, metadata }: KubernetesObject, wanted: readonly KubernetesObject[]): boolean {
  const same = wanted.filter((each) => each.kind === kind);
  return (
    same.length > 0 &&
    !same.some((each) => each.metadata.name === metadata.name && each.metadata.namespace === metadata.namespace)
  );
}
