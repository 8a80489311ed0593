/** All files of an installation of the controller, as text and bytes: for `kubectl apply -k`, and to build its image. */
import { stringify } from 'yaml';
import type { Cluster, Transfer } from '../../spec/model.ts';
import type { Stage } from '../../transferring/ladder.ts';
import { configMaps, type MountedFiles } from './config-maps.ts';
import { LABELS, SELECTOR } from './labels.ts';
import { grafanaDashboard, podMonitor, prometheusRule } from './monitoring.ts';
import { rbacObjects } from './rbac.ts';
import { workloadObjects } from './workload.ts';

export interface ManifestOptions {
  readonly spec: Cluster;
  readonly transfer: Transfer;
  readonly stage: Stage['stage'];
  readonly image: string;
  readonly files: MountedFiles;
}

/** Texts by path. */
export function manifestFiles({ spec, transfer, stage, image, files }: ManifestOptions): Record<string, string> {
  const { namespace } = transfer.target;
  const maps = configMaps(files, namespace);
  const workload = workloadObjects({
    namespace,
    image,
    transfer: transfer.name,
    stage,
    configMaps: maps,
    prometheusToken: spec.metrics.source === 'prometheus' && spec.metrics.url !== undefined,
  });
  return {
    'kustomization.yaml': yaml([
      {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: ['rbac.yaml', 'config-maps.yaml', 'controller.yaml'],
        // To name another image, change it here.
        images: [replacedImage(image)],
      },
    ]),
    'rbac.yaml': yaml(rbacObjects(spec, namespace)),
    'config-maps.yaml': yaml(maps),
    'controller.yaml': yaml(workload),
    'monitoring/kustomization.yaml': yaml([
      {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        // They need the Prometheus operator.
        resources: ['prometheus-rule.yaml', 'pod-monitor.yaml'],
      },
    ]),
    'monitoring/prometheus-rule.yaml': yaml([prometheusRule(namespace)]),
    'monitoring/pod-monitor.yaml': yaml([podMonitor(namespace, SELECTOR)]),
    'monitoring/grafana-dashboard.json': `${JSON.stringify(grafanaDashboard(namespace), null, 2)}\n`,
    'image/Containerfile': CONTAINERFILE,
    'README.md': readme(namespace, image, stage),
  };
}

const CONTAINERFILE = `# The controller on a Node image; it needs nothing else.
ARG NODE_IMAGE=node:24-slim
FROM \${NODE_IMAGE}
COPY controller.mjs /opt/karma-mas/controller.mjs
USER 65532:65532
ENV NODE_ENV=production
ENTRYPOINT ["node", "/opt/karma-mas/controller.mjs"]
`;

function readme(namespace: string, image: string, stage: string): string {
  const selector = Object.entries(LABELS)
    .slice(0, 2)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  return `# The KARMA MAS controller for namespace ${namespace}

    podman build -t ${image} image        # or docker; push it to where the cluster pulls from
    kubectl apply -k .                    # up to stage ${stage}
    kubectl apply -k monitoring           # where the Prometheus operator runs; grafana-dashboard.json is for Grafana's import
    kubectl -n ${namespace} logs -l ${selector} -f

To upgrade, export again and apply. To remove, first let the controller restore the HPAs: it does when it stops.

    kubectl -n ${namespace} scale deployment karma-mas --replicas=0
    kubectl -n ${namespace} wait --for=delete pod -l ${selector} --timeout=90s
    kubectl delete -k .
`;
}

/** Documents of one file. */
const yaml = (objects: readonly object[]): string =>
  objects.map((object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');

/** As kustomize names an image: by tag or by digest. */
function replacedImage(image: string): object {
  const [name, digest] = image.split('@');
  if (digest !== undefined) return { name, digest };
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/')
    ? { name: name.slice(0, colon), newTag: name.slice(colon + 1) }
    : { name, newTag: 'latest' };
}
