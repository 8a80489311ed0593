import { LEASE_NAME } from '../../cluster/kubernetes/rights.ts';

/** Name of every object of the controller. */
export const NAME = LEASE_NAME;
export const SELECTOR = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/component': 'controller' } as const;
export const LABELS = { ...SELECTOR, 'app.kubernetes.io/part-of': NAME, 'app.kubernetes.io/managed-by': NAME } as const;

export const metadata = (name: string, namespace: string) => ({ name, namespace, labels: LABELS });
