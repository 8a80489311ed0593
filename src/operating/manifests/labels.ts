import { installationLabels } from '../../cluster/kubernetes/client/labels.ts';
import { LEASE_NAME } from '../../cluster/kubernetes/writing/rights.ts';

/** Name of every object of the controller. */
export const NAME = LEASE_NAME;

/** Returns the metadata of an object in namespace `where`, for the controller of `namespace`. */
export const metadata = (name: string, where: string, namespace = where) => ({
  name,
  namespace: where,
  labels: installationLabels(namespace),
});
