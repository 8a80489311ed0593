/** How the objects of the controller are told from others, and those of one installation from those of another. */
import { LEASE_NAME } from '../writing/rights.ts';

/** Of the controller's pods. */
export const SELECTOR = {
  'app.kubernetes.io/name': LEASE_NAME,
  'app.kubernetes.io/component': 'controller',
} as const;

const MANAGED_BY = { 'app.kubernetes.io/managed-by': LEASE_NAME } as const;

/** Of the Lease, which whoever writes makes, with a controller or without. */
export const LEASE_LABELS = MANAGED_BY;

/** Of every object of an installation. Its value is the namespace of the services: Prometheus' may hold objects of several. */
export const INSTALLATION_LABEL = 'karma-mas.dev/installation';

export const installationLabels = (namespace: string) =>
  ({ ...SELECTOR, 'app.kubernetes.io/part-of': LEASE_NAME, ...MANAGED_BY, [INSTALLATION_LABEL]: namespace }) as const;

/** For labelSelector. */
export const installationSelector = (namespace: string): string => selectorOf({ [INSTALLATION_LABEL]: namespace });

export const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/** On the ServiceAccount: the namespaces in which the installation has objects, separated by commas. */
export const NAMESPACES_ANNOTATION = 'karma-mas.dev/namespaces';
