/** The Deployment of the controller with its Service and PodDisruptionBudget. */
import { createHash } from 'node:crypto';
import { installationLabels, SELECTOR } from '../../cluster/kubernetes/client/labels.ts';
import type { Stage } from '../../transferring/ladder.ts';
import { metadata, NAME } from './labels.ts';

export interface WorkloadOptions {
  readonly namespace: string;
  readonly image: string;
  readonly transfer: string;
  readonly stage: Stage['stage'];
  readonly configMaps: readonly { readonly metadata: { readonly name: string } }[];
  /** Whether Prometheus is at a URL, which may require a token. */
  readonly prometheusToken: boolean;
}

export const PORT = 8080;
/** The user of the distroless images. Any user except root will do. */
const USER = 65532;
const CONFIGURATION = '/etc/karma-mas';
const DATA = '/var/lib/karma-mas';
/** The HPAs are restored within 40 s (operating/controller/controller.ts). Then the lease is released. */
const GRACE_SECONDS = 60;

export function workloadObjects(options: WorkloadOptions): object[] {
  const { namespace } = options;
  return [
    deployment(options),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata(NAME, namespace),
      // One replica stays up while a node is drained.
      spec: { minAvailable: 1, selector: { matchLabels: SELECTOR } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(NAME, namespace),
      spec: {
        // Headless, because each replica has its own metrics.
        clusterIP: 'None',
        selector: SELECTOR,
        ports: [{ name: 'metrics', port: PORT, targetPort: 'metrics' }],
      },
    },
  ];
}

function deployment(options: WorkloadOptions): object {
  const { namespace, image, transfer, stage, configMaps, prometheusToken } = options;
  const probe = (path: string) => ({ httpGet: { path, port: 'metrics' }, periodSeconds: 10, timeoutSeconds: 5 });
  const secret = { secretKeyRef: { name: `${NAME}-prometheus`, key: 'token', optional: true } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(NAME, namespace),
    spec: {
      // One replica leads. The other stands by, and restores the HPAs when the leader is gone.
      replicas: 2,
      selector: { matchLabels: SELECTOR },
      template: {
        metadata: {
          labels: installationLabels(namespace),
          annotations: {
            // A change of the contents replaces the pods.
            'karma-mas.dev/configuration': createHash('sha256')
              .update(JSON.stringify(configMaps))
              .digest('hex')
              .slice(0, 16),
            'prometheus.io/scrape': 'true',
            'prometheus.io/port': String(PORT),
          },
        },
        spec: {
          serviceAccountName: NAME,
          automountServiceAccountToken: true,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            fsGroup: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: SELECTOR } },
                },
              ],
            },
          },
          containers: [
            {
              name: 'controller',
              image,
              imagePullPolicy: 'IfNotPresent',
              args: [
                `--config=${CONFIGURATION}`,
                `--transfer=${transfer}`,
                `--stage=${stage}`,
                `--traces=${DATA}/traces.sqlite`,
                `--port=${PORT}`,
              ],
              env: [
                { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                ...(prometheusToken ? [{ name: 'KARMA_PROMETHEUS_TOKEN', valueFrom: secret }] : []),
              ],
              ports: [{ name: 'metrics', containerPort: PORT }],
              livenessProbe: { ...probe('/healthz'), initialDelaySeconds: 10, failureThreshold: 3 },
              readinessProbe: probe('/readyz'),
              resources: {
                requests: { cpu: '50m', memory: '128Mi' },
                limits: { cpu: '500m', memory: '384Mi' },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'configuration', mountPath: CONFIGURATION, readOnly: true },
                { name: 'data', mountPath: DATA },
              ],
            },
          ],
          volumes: [
            {
              name: 'configuration',
              projected: { sources: configMaps.map(({ metadata: { name } }) => ({ configMap: { name } })) },
            },
            { name: 'data', emptyDir: { sizeLimit: '256Mi' } },
          ],
        },
      },
    },
  };
}
