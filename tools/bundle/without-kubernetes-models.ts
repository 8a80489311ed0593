/**
 * Stands in for the generated clients and models of @kubernetes/client-node in the bundles, 0.4 MB: of the library only the
 * kubeconfig is read, and its makeApiClient, the one function that wants them, is never called.
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
