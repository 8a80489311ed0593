/** Finds the context and the namespace for a Cluster spec. */
import type { Cluster, Model, Transfer } from '../../spec/model.ts';
import { UsageError, JobError } from '../failure.ts';

export interface ClusterTarget {
  /** Empty for the current context of the kubeconfig. */
  readonly context: string;
  readonly namespace: string;
}

/** Returns the target that all Transfers of the Cluster agree on. */
export function targetOf({ transfers, trainings, organizations }: Model, cluster: Cluster): ClusterTarget {
  const clusterOf = (training: string): string | undefined => {
    const organization = trainings.find(({ name }) => name === training)?.organization;
    return organizations.find(({ name }) => name === organization)?.cluster;
  };
  const targets = transfers.filter(({ training }) => clusterOf(training) === cluster.name).map(({ target }) => target);
  const contexts = [...new Set(targets.map(({ context }) => context))];
  const namespaces = [...new Set(targets.map(({ namespace }) => namespace))];
  return {
    context: contexts.length === 1 ? contexts[0] : '',
    namespace: namespaces.length === 1 ? namespaces[0] : cluster.namespace,
  };
}

/** Returns the Transfer of this name, or the only one if it is empty. Throws JobError with the existing names. */
export function transferNamed({ transfers }: Pick<Model, 'transfers'>, name: string): Transfer {
  const found = name === '' && transfers.length === 1 ? transfers[0] : transfers.find((each) => each.name === name);
  if (found) return found;
  if (transfers.length === 0) throw new JobError('The specs have no Transfer: add one.');
  const known = transfers.map((each) => each.name).join(', ');
  throw new JobError(
    name === ''
      ? `Name the Transfer to go by (--transfer); the specs have ${known}.`
      : `There is no Transfer named ${name} (--transfer); the specs have ${known}.`,
  );
}

/** Returns the Cluster of this name, or the only one if it is empty. Throws UsageError with the existing names. */
export function clusterNamed({ clusters }: Pick<Model, 'clusters'>, name: string): Cluster {
  const found = name === '' && clusters.length === 1 ? clusters[0] : clusters.find((cluster) => cluster.name === name);
  if (found) return found;
  const known = clusters.map((cluster) => cluster.name).join(', ') || 'none';
  throw new UsageError(
    name === ''
      ? `Name the Cluster (--cluster); the specs have ${known}.`
      : `There is no Cluster ${name}; the specs have ${known}.`,
  );
}
