/** Which context and namespace a Cluster spec stands for. */
import type { Cluster, Model } from '../../spec/model.ts';

export interface ClusterTarget {
  /** Empty = the current context of the kubeconfig. */
  readonly context: string;
  readonly namespace: string;
}

/** What the Transfers of the Cluster name, where they agree. */
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
