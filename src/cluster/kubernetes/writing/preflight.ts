/** Looks for obstacles to a transfer in a namespace: rights, other autoscalers, quotas, other writers. It only reads. */
import type { Cluster } from '../../../spec/model.ts';
import { ClusterError } from '../../live/live-cluster.ts';
import type { Finding, Preflight, RightCheck } from '../../live/preflight.ts';
import type { ApiServer } from '../client/api-server.ts';
import { isPaused, ORIGINAL_ANNOTATION } from './hpa-edits.ts';
import { kubernetesLease } from './lease.ts';
import type { Deployment, Hpa, List, Metadata } from '../client/objects.ts';
import { parseService } from '../reading/prometheus.ts';
import { limitFindings, quotaFindings, type LimitRange, type ResourceQuota } from './quotas.ts';
import { grantedBy, neededRights, resourceName, type NeededRight, type Right } from './rights.ts';
import { deploymentsPath, hpasPath } from '../reading/workload.ts';

export interface PreflightOptions {
  readonly spec: Cluster;
  readonly namespace: string;
  readonly api: ApiServer;
}

/** A ScaledObject of KEDA (https://keda.sh). */
export interface ScaledObject {
  readonly metadata: Metadata;
  readonly spec?: { readonly scaleTargetRef?: { readonly name?: string; readonly kind?: string } };
}

export interface VerticalPodAutoscaler {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly targetRef?: { readonly name?: string };
    readonly updatePolicy?: { readonly updateMode?: string };
  };
}

const KEDA_PAUSED = 'autoscaling.keda.sh/paused';
/** Number of access reviews that run at the same time. */
const ASKED_AT_ONCE = 8;

export async function preflight(options: PreflightOptions, signal: AbortSignal): Promise<Preflight> {
  const { spec, namespace, api } = options;
  const names = spec.services.map(({ name }) => name);
  const list = async <T>(path: string): Promise<readonly T[]> => (await api.request<List<T>>({ path, signal })).items;
  const notChecked: Finding[] = [];
  /** Lists a resource that need not exist. If the cluster does not know it, there are no objects. */
  const listIfAny = async <T>(path: string, what: string): Promise<readonly T[]> => {
    try {
      return await list<T>(path);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason === 'aborted') throw error;
      if (error.reason !== 'notFound')
        notChecked.push({
          severity: 'warns',
          code: 'notChecked',
          service: '',
          message: `${what} could not be looked at. ${error.message}`,
        });
      return [];
    }
  };
  const inNamespace = (group: string, resource: string) => `/apis/${group}/namespaces/${namespace}/${resource}`;
  const [rights, deployments, hpas, scaledObjects, verticals, quotas, limits, lease] = await Promise.all([
    checkRights(options, signal),
    list<Deployment>(deploymentsPath(namespace)),
    list<Hpa>(hpasPath(namespace)),
    listIfAny<ScaledObject>(inNamespace('keda.sh/v1alpha1', 'scaledobjects'), 'ScaledObjects of KEDA'),
    listIfAny<VerticalPodAutoscaler>(
      inNamespace('autoscaling.k8s.io/v1', 'verticalpodautoscalers'),
      'Vertical autoscalers',
    ),
    listIfAny<ResourceQuota>(`/api/v1/namespaces/${namespace}/resourcequotas`, 'Quotas'),
    listIfAny<LimitRange>(`/api/v1/namespaces/${namespace}/limitranges`, 'Limits'),
    kubernetesLease(api, namespace)
      .read(signal)
      .catch(() => undefined),
  ]);
  const found = new Map(deployments.map((deployment) => [deployment.metadata.name, deployment]));
  const findings: Finding[] = [
    ...rights.flatMap((check) => (check.allowed ? [] : [missingRight(check)])),
    ...names.flatMap((name) => (found.has(name) ? [] : [missingDeployment(name, namespace)])),
    ...names.filter((name) => found.has(name)).flatMap((name) => hpaFindings(name, hpas)),
    ...kedaFindings(names, hpas, scaledObjects),
    ...verticalFindings(names, verticals),
    ...quotaFindings(spec, found, quotas),
    ...limitFindings(spec, found, limits),
    ...leaseFindings(lease),
    ...notChecked,
  ];
  return { rights, findings: findings.sort((a, b) => Number(a.severity === 'warns') - Number(b.severity === 'warns')) };
}

async function checkRights({ spec, namespace, api }: PreflightOptions, signal: AbortSignal): Promise<RightCheck[]> {
  const service = spec.metrics.source === 'prometheus' ? spec.metrics.service : undefined;
  const needed = neededRights({
    namespace,
    services: spec.services.map(({ name }) => name),
    prometheus: service ? parseService(service) : undefined,
  });
  const allowed = async ({ verb, resource, group, namespace, name }: Right) => {
    const [kind, subresource] = resource.split('/');
    const resourceAttributes = {
      verb,
      group,
      resource: kind,
      namespace,
      ...(subresource ? { subresource } : {}),
      ...(name ? { name } : {}),
    };
    const answer = await api.request<{ status?: { allowed?: boolean } }>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
      signal,
    });
    return answer.status?.allowed === true;
  };
  // A right to all objects includes the right to each, so hundreds of names need not be checked one by one.
  const toAll = new Map<string, Promise<boolean>>();
  const allowedToAll = ({ verb, resource, group, namespace }: NeededRight): Promise<boolean> => {
    const right = { verb, resource, group, namespace };
    const key = `${right.verb} ${resourceName(right)} ${right.namespace}`;
    const asked = toAll.get(key) ?? allowed(right);
    toAll.set(key, asked);
    return asked;
  };
  const check = async (right: NeededRight): Promise<RightCheck> => ({
    verb: right.verb,
    resource: resourceName(right),
    namespace: right.namespace,
    name: right.name ?? '',
    allowed: (await allowedToAll(right)) || (right.name !== undefined && (await allowed(right))),
    why: right.why,
    optional: right.need === 'optional',
    role: grantedBy([right]),
  });
  const checks: RightCheck[] = [];
  for (let r = 0; r < needed.length; r += ASKED_AT_ONCE)
    checks.push(...(await Promise.all(needed.slice(r, r + ASKED_AT_ONCE).map(check))));
  return checks;
}

function missingRight({ verb, resource, name, namespace, why, optional, role }: RightCheck): Finding {
  const object = name === '' ? resource : `${resource} ${name}`;
  return {
    severity: optional ? 'warns' : 'blocks',
    code: 'missingRight',
    service: '',
    message: `Needs verb ${verb} on resource ${object} in namespace ${namespace}, to ${why}. Granted by:\n${role}`,
  };
}

const missingDeployment = (service: string, namespace: string): Finding => ({
  severity: 'blocks',
  code: 'missingDeployment',
  service,
  message: `There is no Deployment ${service} in ${namespace}: correct the Cluster, or the namespace of the Transfer.`,
});

/** Reports services without an HPA to return control to, and other problems with their HPAs. */
export function hpaFindings(service: string, all: readonly Hpa[]): Finding[] {
  const hpas = all.filter(
    ({ spec: { scaleTargetRef } }) => isDeployment(scaleTargetRef) && scaleTargetRef.name === service,
  );
  if (hpas.length === 0)
    return [
      {
        severity: 'warns',
        code: 'missingHpa',
        service,
        message: `${service} has no HPA: the stage "floor" leaves it alone, and after a fallback its replicas stay as they are. Add an HPA to have something to fall back to.`,
      },
    ];
  const names = hpas.map(({ metadata }) => metadata.name).join(', ');
  if (hpas.length > 1)
    return [
      {
        severity: 'blocks',
        code: 'severalHpas',
        service,
        message: `${service} is scaled by several HPAs (${names}), which Kubernetes does not support: delete all but one.`,
      },
    ];
  const [{ metadata, spec }] = hpas;
  if (metadata.annotations?.[ORIGINAL_ANNOTATION] !== undefined)
    return [
      {
        severity: 'warns',
        code: 'hpaLeftByTransfer',
        service,
        message: `HPA ${names} was changed by a transfer and not restored: it is restored when the next one starts, or by Fall Back.`,
      },
    ];
  if (isPaused(spec))
    return [
      {
        severity: 'warns',
        code: 'hpaPausedByOthers',
        service,
        message: `HPA ${names} is paused already (selectPolicy: Disabled), and not by KARMA MAS: after a fallback it stays so, and nothing scales ${service}.`,
      },
    ];
  return [];
}

/** Reports services that KEDA scales. KEDA creates its own HPAs and reverts the changes that others make to them. */
export function kedaFindings(
  names: readonly string[],
  hpas: readonly Hpa[],
  scaledObjects: readonly ScaledObject[],
): Finding[] {
  const byHpa = hpas.flatMap(({ metadata, spec: { scaleTargetRef } }): [string, string][] => {
    const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'ScaledObject');
    return owner && isDeployment(scaleTargetRef) ? [[scaleTargetRef.name, owner.name]] : [];
  });
  const byObject = scaledObjects.flatMap(({ metadata, spec }): [string, string][] => {
    const target = spec?.scaleTargetRef;
    const paused = metadata.annotations?.[KEDA_PAUSED] === 'true';
    return target?.name && (target.kind ?? 'Deployment') === 'Deployment' && !paused
      ? [[target.name, metadata.name]]
      : [];
  });
  const paused = new Set(
    scaledObjects.flatMap(({ metadata }) => (metadata.annotations?.[KEDA_PAUSED] === 'true' ? [metadata.name] : [])),
  );
  const active = new Map([...byHpa, ...byObject].filter(([, object]) => !paused.has(object)));
  return names.flatMap((service): Finding[] => {
    const object = active.get(service);
    if (object === undefined) return [];
    return [
      {
        severity: 'blocks',
        code: 'kedaScaledObject',
        service,
        message: `KEDA scales ${service} (ScaledObject ${object}) and undoes what others write. Pause it: kubectl annotate scaledobject ${object} ${KEDA_PAUSED}=true, or leave ${service} out of the Cluster.`,
      },
    ];
  });
}

/** Reports VerticalPodAutoscalers, except for those that only recommend. */
export function verticalFindings(names: readonly string[], verticals: readonly VerticalPodAutoscaler[]): Finding[] {
  return verticals.flatMap(({ metadata, spec }): Finding[] => {
    const service = spec?.targetRef?.name ?? '';
    const mode = spec?.updatePolicy?.updateMode ?? 'Auto';
    if (!names.includes(service) || mode === 'Off') return [];
    return [
      {
        severity: 'warns',
        code: 'verticalPodAutoscaler',
        service,
        message: `VerticalPodAutoscaler ${metadata.name} changes what the pods of ${service} request (updateMode ${mode}), and with it what one pod serves: the twin does not know. Set updateMode to "Off" meanwhile.`,
      },
    ];
  });
}

function leaseFindings(
  reading: Awaited<ReturnType<ReturnType<typeof kubernetesLease>['read']>> | undefined,
): Finding[] {
  const lease = reading?.lease;
  if (!lease || lease.holder === '' || reading.serverTime - lease.renewed > lease.duration) return [];
  return [
    {
      severity: 'blocks',
      code: 'leaseHeld',
      service: '',
      message: `${lease.holder} writes to this namespace now (Lease karma-mas): stop that transfer or controller first.`,
    },
  ];
}

const isDeployment = ({ kind }: { readonly kind?: string }): boolean => kind === 'Deployment';
