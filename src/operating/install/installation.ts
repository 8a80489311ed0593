/**
 * Architecture Invariant: only this module writes the objects of the controller's installation, just as only
 * transferring/apply.ts writes replicas and HPAs. It uses server-side apply, tries every write as a dry run before it makes the
 * first one, and deletes nothing without the label of the installation.
 */
import { ClusterError } from '../../cluster/live/live-cluster.ts';
import type { ApiServer } from '../../cluster/kubernetes/client/api-server.ts';
import { FIELD_MANAGER } from '../../cluster/kubernetes/kubernetes-cluster.ts';
import {
  INSTALLATION_LABEL,
  installationSelector,
  LEASE_LABELS,
  NAMESPACES_ANNOTATION,
} from '../../cluster/kubernetes/client/labels.ts';
import { fieldChanges, type FieldChange } from './object-changes.ts';
import type { List, Metadata } from '../../cluster/kubernetes/client/objects.ts';
import { LEASE_NAME } from '../../cluster/kubernetes/writing/rights.ts';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata & { readonly namespace: string };
  readonly [field: string]: unknown;
}

/** The change to one object according to a dry run on the server. */
export interface PlannedWrite {
  readonly action: 'create' | 'change' | 'unchanged' | 'delete';
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Filled in for the action 'change'. */
  readonly changes: readonly FieldChange[];
  /** Why the server refuses the write and what to do; empty if it accepts it. */
  readonly refused: string;
}

export interface InstallationWrites {
  /** Applied in this order. */
  readonly apply: readonly KubernetesObject[];
  /** Deleted afterwards, in this order. */
  readonly remove: readonly KubernetesObject[];
}

export interface WriteOptions {
  /** Whether to take over fields that somebody else has set. */
  readonly force: boolean;
  /** Called once, with the results of the dry runs. */
  readonly onPlan: (plan: readonly PlannedWrite[]) => void;
  /** Called next if no dry run was refused. Nothing is written unless it returns true. */
  readonly mayWrite: () => boolean;
  /** Called after each write. The next write waits for it. */
  readonly onWritten: (write: PlannedWrite) => Promise<void> | void;
  readonly signal: AbortSignal;
}

interface Kind {
  readonly kind: string;
  readonly apiVersion: string;
  readonly resource: string;
}

const RBAC = 'rbac.authorization.k8s.io/v1';
const KINDS: readonly Kind[] = [
  { kind: 'ServiceAccount', apiVersion: 'v1', resource: 'serviceaccounts' },
  { kind: 'Role', apiVersion: RBAC, resource: 'roles' },
  { kind: 'RoleBinding', apiVersion: RBAC, resource: 'rolebindings' },
  { kind: 'ConfigMap', apiVersion: 'v1', resource: 'configmaps' },
  { kind: 'Deployment', apiVersion: 'apps/v1', resource: 'deployments' },
  { kind: 'PodDisruptionBudget', apiVersion: 'policy/v1', resource: 'poddisruptionbudgets' },
  { kind: 'Service', apiVersion: 'v1', resource: 'services' },
];
/** API of the Prometheus operator, which need not be installed. */
const OPERATOR = 'monitoring.coreos.com/v1';
const MONITORING: readonly Kind[] = [
  { kind: 'PrometheusRule', apiVersion: OPERATOR, resource: 'prometheusrules' },
  { kind: 'PodMonitor', apiVersion: OPERATOR, resource: 'podmonitors' },
];

function collectionPath({ apiVersion, resource }: Kind, namespace: string): string {
  return `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/namespaces/${namespace}/${resource}`;
}

function objectPath({ kind, metadata }: KubernetesObject): string {
  const known = [...KINDS, ...MONITORING].find((each) => each.kind === kind);
  if (!known) throw new Error(`An installation has no ${kind}.`);
  return `${collectionPath(known, metadata.namespace)}/${metadata.name}`;
}

/**
 * Returns all objects with the label of the installation for `namespace`. It also searches `others` and the namespaces that the
 * ServiceAccount of the installation names. Rejects with ClusterError.
 */
export async function installedObjects(
  api: ApiServer,
  namespace: string,
  others: readonly string[],
  signal: AbortSignal,
): Promise<KubernetesObject[]> {
  const query = { labelSelector: installationSelector(namespace) };
  const list = async (kind: Kind, where: string): Promise<KubernetesObject[]> => {
    const { items } = await api.request<List<KubernetesObject>>({ path: collectionPath(kind, where), query, signal });
    // The items of a list lack apiVersion and kind.
    return items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
  };
  const own = (await Promise.all(KINDS.map((kind) => list(kind, namespace)))).flat();
  const noted = own.flatMap(({ metadata }) => metadata.annotations?.[NAMESPACES_ANNOTATION]?.split(',') ?? []);
  const elsewhere = [...new Set([...others, ...noted])].filter((where) => where !== namespace && where !== '');
  const roles = KINDS.filter(({ apiVersion }) => apiVersion === RBAC);
  const there = elsewhere.flatMap((where) => roles.map((kind) => list(kind, where)));
  const monitoring = MONITORING.map((kind) =>
    list(kind, namespace).catch((error: unknown) => {
      if (error instanceof ClusterError && (error.reason === 'notFound' || error.reason === 'forbidden')) return [];
      throw error;
    }),
  );
  return [...own, ...(await Promise.all([...there, ...monitoring])).flat()];
}

/**
 * Tries every write as a dry run. If none is refused and `mayWrite` agrees, it applies them in order. Resolves with the results
 * of the dry runs and whether it wrote. Rejects with ClusterError if the server does not answer, or refuses a write that it
 * accepted as a dry run; the message says what had been written.
 */
export async function writeInstallation(
  api: ApiServer,
  { apply, remove }: InstallationWrites,
  options: WriteOptions,
): Promise<{ readonly plan: readonly PlannedWrite[]; readonly written: boolean }> {
  const { onPlan, mayWrite, onWritten } = options;
  const strange = remove.find((object) => !isOfInstallation(object));
  if (strange) throw new Error(`${nameOf(strange)} is no object of an installation: it is not deleted.`);
  const steps: Step[] = [
    ...apply.map((object) => ({ object, ...applying(api, object, apply, options) })),
    ...remove.map((object) => ({ object, ...deleting(api, object, options) })),
  ];
  const plan: PlannedWrite[] = [];
  for (const { object, plan: tryIt } of steps)
    plan.push(await tryIt().catch((error: unknown) => refusedWrite(object, error)));
  onPlan(plan);
  if (plan.some(({ refused }) => refused !== '') || !mayWrite()) return { plan, written: false };
  const done: string[] = [];
  for (const [s, { object, write }] of steps.entries()) {
    if (plan[s].action === 'unchanged') continue;
    try {
      await write();
    } catch (error) {
      throw stoppedHalfWay(error, object, done);
    }
    done.push(nameOf(object));
    await onWritten(plan[s]);
  }
  return { plan, written: true };
}

/**
 * Deletes the namespace's Lease if it is ours and nobody holds it. Resolves with its holder, which is empty if there is none.
 * Rejects with ClusterError.
 */
export async function deleteFreeLease(api: ApiServer, namespace: string, signal: AbortSignal): Promise<string> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${LEASE_NAME}`;
  const lease = await find<{ metadata: Metadata; spec?: { holderIdentity?: string } }>(api, path, signal);
  if (!lease) return '';
  const holder = lease.spec?.holderIdentity ?? '';
  const isOurs = Object.entries(LEASE_LABELS).every(([name, value]) => lease.metadata.labels?.[name] === value);
  if (holder !== '' || !isOurs) return holder;
  const { resourceVersion } = lease.metadata;
  // If somebody takes the Lease in the meantime, this request fails and they keep it.
  await api.request({ method: 'DELETE', path, body: { preconditions: { resourceVersion } }, signal });
  return '';
}

interface Step {
  readonly object: KubernetesObject;
  /** Performs a dry run. */
  readonly plan: () => Promise<PlannedWrite>;
  readonly write: () => Promise<unknown>;
}

function applying(
  api: ApiServer,
  object: KubernetesObject,
  all: readonly KubernetesObject[],
  { force, signal }: WriteOptions,
): Omit<Step, 'object'> {
  const plan = async (): Promise<PlannedWrite> => {
    const before = await find<KubernetesObject>(api, objectPath(object), signal);
    try {
      const after = await applyObject(api, object, { force, dryRun: true, signal });
      const changes = before ? fieldChanges(before, after) : [];
      return plannedWrite(object, !before ? 'create' : changes.length > 0 ? 'change' : 'unchanged', changes);
    } catch (error) {
      // The server refuses a dry run of a binding whose Role does not exist yet. The real write creates the Role first.
      if (!before && lacksItsRole(error, object, all)) return plannedWrite(object, 'create');
      throw error;
    }
  };
  return { plan, write: () => applyObject(api, object, { force, dryRun: false, signal }) };
}

function deleting(api: ApiServer, object: KubernetesObject, { signal }: WriteOptions): Omit<Step, 'object'> {
  const plan = async (): Promise<PlannedWrite> => {
    await deleteObject(api, object, { dryRun: true, signal });
    return plannedWrite(object, 'delete');
  };
  return { plan, write: () => deleteObject(api, object, { dryRun: false, signal }) };
}

interface Sending {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** Uses server-side apply (https://kubernetes.io/docs/reference/using-api/server-side-apply/). */
function applyObject(
  api: ApiServer,
  object: KubernetesObject,
  { force, dryRun, signal }: Sending & { readonly force: boolean },
): Promise<KubernetesObject> {
  return api.request<KubernetesObject>({
    method: 'PATCH',
    path: objectPath(object),
    query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', force: String(force), ...dryRunQuery(dryRun) },
    // JSON is valid YAML.
    contentType: 'application/apply-patch+yaml',
    body: object,
    signal,
  });
}

/** Deletes exactly the object that was seen. It does not matter if that is already gone. */
async function deleteObject(api: ApiServer, object: KubernetesObject, { dryRun, signal }: Sending): Promise<void> {
  try {
    await api.request({
      method: 'DELETE',
      path: objectPath(object),
      query: dryRunQuery(dryRun),
      // If there is a body, the server ignores the query.
      body: {
        propagationPolicy: 'Background',
        preconditions: { uid: object.metadata.uid },
        ...(dryRun ? { dryRun: ['All'] } : {}),
      },
      signal,
    });
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== 'notFound') throw error;
  }
}

const dryRunQuery = (dryRun: boolean): Record<string, string> => (dryRun ? { dryRun: 'All' } : {});

async function find<T>(api: ApiServer, path: string, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await api.request<T>({ path, signal });
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'notFound') return undefined;
    throw error;
  }
}

function plannedWrite(
  { kind, metadata }: KubernetesObject,
  action: PlannedWrite['action'],
  changes: readonly FieldChange[] = [],
  refused = '',
): PlannedWrite {
  return { action, kind, namespace: metadata.namespace, name: metadata.name, changes, refused };
}

/** Reports an error that concerns one object as a refused write. Throws errors that concern all of them. */
function refusedWrite(object: KubernetesObject, error: unknown): PlannedWrite {
  if (!(error instanceof ClusterError) || ['unreachable', 'timeout', 'aborted'].includes(error.reason)) throw error;
  return plannedWrite(object, 'change', [], refusalText(error));
}

/** Returns the server's message and what to do. */
function refusalText({ reason, message }: ClusterError): string {
  if (reason === 'conflict')
    return `Somebody else has set fields that this would change. ${message}\nTo take them over: --force-conflicts. To leave them, change the manifests (karma-mas export) and apply those.`;
  if (message.includes('not currently held'))
    return `Who grants rights must have them. Let somebody do this who has, or may "escalate" and "bind" Roles. ${message}`;
  return message;
}

function lacksItsRole(
  error: unknown,
  { kind, ...object }: KubernetesObject,
  all: readonly KubernetesObject[],
): boolean {
  const { name } = (object.roleRef ?? {}) as { readonly name?: string };
  const role = all.find((each) => each.kind === 'Role' && each.metadata.name === name);
  return (
    kind === 'RoleBinding' &&
    role?.metadata.namespace === object.metadata.namespace &&
    // The error names the binding as not found, although it is the Role that is missing.
    error instanceof ClusterError &&
    error.reason === 'notFound'
  );
}

const isOfInstallation = ({ metadata }: KubernetesObject): boolean =>
  metadata.labels?.[INSTALLATION_LABEL] !== undefined;

const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.namespace}/${metadata.name}`;

function stoppedHalfWay(error: unknown, object: KubernetesObject, done: readonly string[]): unknown {
  if (!(error instanceof ClusterError)) return error;
  const before = done.length > 0 ? `Written before it: ${done.join(', ')}.` : 'Nothing was written before it.';
  const message = `${nameOf(object)} could not be written: ${refusalText(error)}\n${before} Run the command again to continue from there.`;
  return new ClusterError(error.reason, message, { cause: error });
}
