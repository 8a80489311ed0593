/** Creates ServiceAccounts with given rights, their tokens, and kubeconfig files that use them. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kubectl, pki, server } from './kubectl.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface Account {
  readonly name: string;
  readonly namespace: string;
  readonly token: string;
}

/** What a person who administers one namespace may do there. */
export const ALL_RIGHTS: readonly Rule[] = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
/** The right to read Prometheus through the API server. */
export const PROMETHEUS_RIGHT: Rule = {
  apiGroups: [''],
  resources: ['services/proxy'],
  resourceNames: ['prometheus:9090'],
  verbs: ['get'],
};

/** Creates an account of `namespace` with `rules` there and the right to read Prometheus. A second call changes its rules. */
export function createAccount(namespace: string, name: string, rules: readonly Rule[]): Account {
  apply([serviceAccount(namespace, name), ...grant(namespace, name, namespace, rules)]);
  apply(grant('monitoring', name, namespace, [PROMETHEUS_RIGHT]));
  return { name, namespace, token: createToken(namespace, name) };
}

/** Returns the token of an account that may do everything. It lies in no namespace of a test and so outlives each of them. */
export function administratorToken(): string {
  const [namespace, name] = ['kube-system', 'administrator'];
  apply([
    serviceAccount(namespace, name),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ]);
  return createToken(namespace, name);
}

/** Changes what an account may do in its namespace. */
export const setRights = ({ name, namespace }: Account, rules: readonly Rule[]): void =>
  apply(grant(namespace, name, namespace, rules));

const serviceAccount = (namespace: string, name: string): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace },
});

const createToken = (namespace: string, name: string): string =>
  kubectl(['-n', namespace, 'create', 'token', name, '--duration=24h']).trim();

function grant(where: string, name: string, namespace: string, rules: readonly Rule[]): object[] {
  const metadata = { name: `${namespace}-${name}`, namespace: where };
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  return [
    { apiVersion, kind: 'Role', metadata, rules },
    { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects },
  ];
}

function apply(objects: readonly object[]): void {
  kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) });
}

export interface ContextOptions {
  readonly name: string;
  readonly namespace: string;
  /** The URL of the API server by default. */
  readonly server?: string;
  /** `users[].user` of a kubeconfig: { token } or { exec }. */
  readonly user: object;
}

/** Writes a kubeconfig whose first context is the current one. */
export function writeKubeconfig(file: string, contexts: readonly ContextOptions[]): string {
  const ca = readFileSync(join(pki, 'ca.crt')).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0].name,
    contexts: contexts.map(({ name, namespace }) => ({ name, context: { cluster: name, user: name, namespace } })),
    clusters: contexts.map((context) => ({
      name: context.name,
      cluster: { server: context.server ?? server, 'certificate-authority-data': ca },
    })),
    users: contexts.map(({ name, user }) => ({ name, user })),
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

/** An exec credential plug-in that runs `script` (bash). */
export function execPlugin(file: string, script: string): object {
  writeFileSync(file, `#!/usr/bin/env bash\n${script}\n`);
  chmodSync(file, 0o755);
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: file, interactiveMode: 'Never' } };
}
