/** Generates all text files of the controller's installation, for `kubectl apply -k` and for building its image. */
import { stringify } from 'yaml';
import type { Cluster, Transfer } from '../../spec/model.ts';
import type { Stage } from '../../transferring/ladder.ts';
import { SELECTOR, selectorOf } from '../../cluster/kubernetes/client/labels.ts';
import { configMaps, type MountedFiles } from './config-maps.ts';
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

/** Returns the objects of an installation by file, in the order in which they are applied. */
export function manifestObjects({ spec, transfer, stage, image, files }: ManifestOptions) {
  const { namespace } = transfer.target;
  const maps = configMaps(files, namespace);
  return {
    'rbac.yaml': rbacObjects(spec, namespace),
    'config-maps.yaml': maps,
    'controller.yaml': workloadObjects({
      namespace,
      image,
      transfer: transfer.name,
      stage,
      configMaps: maps,
      prometheusToken: spec.metrics.source === 'prometheus' && spec.metrics.url !== undefined,
    }),
  } as const;
}

/** Returns texts by path. */
export function manifestFiles(options: ManifestOptions): Record<string, string> {
  const { transfer, stage, image } = options;
  const { namespace } = transfer.target;
  const objects = manifestObjects(options);
  return {
    'kustomization.yaml': yaml([
      {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: Object.keys(objects),
        // Users can set another image here.
        images: [replacedImage(image)],
      },
    ]),
    ...Object.fromEntries(Object.entries(objects).map(([path, documents]) => [path, yaml(documents)])),
    'monitoring/kustomization.yaml': yaml([
      {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        // These objects need the Prometheus operator.
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
  const selector = selectorOf(SELECTOR);
  return `# The KARMA MAS controller for namespace ${namespace}

    podman build -t ${image} image        # or docker; push it to where the cluster pulls from
    kubectl apply -k .                    # up to stage ${stage}
    kubectl apply -k monitoring           # where the Prometheus operator runs; grafana-dashboard.json is for Grafana's import
    kubectl -n ${namespace} logs -l ${selector} -f

To upgrade, export again and apply. To remove, first let the controller restore the HPAs: it does when it stops. Lease karma-mas stays.
\`karma-mas controller install\`, \`upgrade\` and \`remove\` do the same by themselves, and say first what they write.

    kubectl -n ${namespace} scale deployment karma-mas --replicas=0
    kubectl -n ${namespace} wait --for=delete pod -l ${selector} --timeout=90s
    kubectl delete -k .
`;
}

/** Writes the documents of one file. */
const yaml = (objects: readonly object[]): string =>
  objects.map((object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');

/** Names the image as kustomize does, by tag or by digest. */
function replacedImage(image: string): object {
  const [name, digest] = image.split('@');
  if (digest !== undefined) return { name, digest };
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/')
    ? { name: name.slice(0, colon), newTag: name.slice(colon + 1) }
    : { name, newTag: 'latest' };
}
