/** What the Cluster view shows of a project before anything has been observed: its clusters, and how they may be transferred to. */
import type { Cluster, Model, Transfer } from '../spec/model.ts';
import type { ClusterDigest, StageDigest, TransferDigest } from '../language/protocol.ts';

export function clustersOf(model: Model): ClusterDigest[] {
  return model.clusters.map((cluster) => ({
    name: cluster.name,
    namespace: cluster.namespace,
    source: cluster.metrics.source,
    prometheus: originOf(cluster.metrics),
    services: cluster.services.map(({ name, replicas: { min, max } }) => ({ name, min, max })),
    transfers: model.transfers
      .filter((transfer) => clusterOf(model, transfer) === cluster.name)
      .map((transfer) => digestOf(transfer, cluster)),
  }));
}

/** Name of the cluster that a transfer is for, by its training and that training's organization. */
function clusterOf({ trainings, organizations }: Model, transfer: Transfer): string | undefined {
  const training = trainings.find(({ name }) => name === transfer.training);
  return organizations.find(({ name }) => name === training?.organization)?.cluster;
}

/** Without what may stand in an address beside it, such as a password. */
function originOf(metrics: Cluster['metrics']): string {
  const url = metrics.source === 'prometheus' ? metrics.url : undefined;
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : '';
}

function digestOf({ name, training, target, stages, fallback }: Transfer, cluster: Cluster): TransferDigest {
  const all = cluster.services.map((service) => service.name);
  return {
    name,
    training,
    target,
    fallsBackWhen: fallback.when,
    stages: stages.map((stage): StageDigest => ({
      stage: stage.stage,
      lasts: 'lasts' in stage ? stage.lasts : null,
      services: stage.stage === 'shadow' ? [] : stage.stage === 'canary' ? stage.services : all,
      abortWhen: stage.stage === 'shadow' ? '' : stage.abortWhen,
    })),
  };
}
