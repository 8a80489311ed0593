/**
 * Stands in for undici in the bundles. The Kubernetes client imports it, 0.7 MB, for requests of a kind that is not made here:
 * cluster/kubernetes/https-json.ts makes them all.
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
