/**
 * Replaces undici (0.7 MB) in the bundles. The Kubernetes client imports it for requests that we never make:
 * cluster/kubernetes/client/https-json.ts makes all of ours.
 */
class Absent {
  constructor() {
    throw new Error('undici is not part of this bundle (tools/bundle/without-undici.ts).');
  }
}

export { Absent as Agent, Absent as ProxyAgent };
export const fetch = (): never => {
  throw new Absent();
};
