/** Labels that tell the controller's objects from others, and the objects of one installation from those of another. */
import { LEASE_NAME } from '../writing/rights.ts';

/** The labels of the controller's pods. */
export const SELECTOR = {
  'app.kubernetes.io/name': LEASE_NAME,
  'app.kubernetes.io/component': 'controller',
} as const;

const MANAGED_BY = { 'app.kubernetes.io/managed-by': LEASE_NAME } as const;

/** The labels of the Lease, which every writer creates, whether it is a controller or not. */
export const LEASE_LABELS = MANAGED_BY;

/** Label of all objects of an installation. Its value names the services' namespace, since Prometheus' may hold several. */
export const INSTALLATION_LABEL = 'karma-mas.dev/installation';

export const installationLabels = (namespace: string) =>
  ({ ...SELECTOR, 'app.kubernetes.io/part-of': LEASE_NAME, ...MANAGED_BY, [INSTALLATION_LABEL]: namespace }) as const;

/** Returns the labelSelector for the objects of one installation. */
export const installationSelector = (namespace: string): string => selectorOf({ [INSTALLATION_LABEL]: namespace });

export const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/** Annotation on the ServiceAccount: the namespaces in which the installation has objects, separated by commas. */
export const NAMESPACES_ANNOTATION = 'karma-mas.dev/namespaces';
