import type { Backend, Network, NetworkShape } from './backend.ts';

/** A network with these weights and a fresh optimizer. */
export function networkWith(backend: Backend, shape: NetworkShape, weights: Float32Array): Network {
  const network = backend.network(shape);
  const zeros = () => new Float32Array(weights.length);
  network.load({ weights, firstMoment: zeros(), secondMoment: zeros(), steps: 0 });
  return network;
}
