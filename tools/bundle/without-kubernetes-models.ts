/**
 * Replaces the generated clients and models of @kubernetes/client-node (0.4 MB) in the bundles. We use only the part of the library
 * that reads a kubeconfig, and never call makeApiClient, the one function that needs them.
 */
export const createConfiguration = (): never => {
  throw new Error(
    'The generated Kubernetes client is not part of this bundle (tools/bundle/without-kubernetes-models.ts).',
  );
};

export class ServerConfiguration {
  constructor() {
    createConfiguration();
  }
}
