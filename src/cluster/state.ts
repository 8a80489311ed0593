/** The published state: nine numbers per deployment, in the order of the KARMA paper. */
import type { Observation } from '../spec/observation.ts';

export const STATE_FIELDS = [
  { symbol: 'n_id', unit: '-', about: 'deployment number' },
  { symbol: 'd_dep', unit: 'pods', about: 'deployed (ready) pods' },
  { symbol: 'd_des', unit: 'pods', about: 'desired pods' },
  { symbol: 'd_err', unit: 'pods', about: 'failed pods' },
  { symbol: 'd_rem', unit: 'requests', about: 'pending requests in the queue' },
  { symbol: 'r_cpu', unit: 'millicores', about: 'total CPU of the pods' },
  { symbol: 'r_ram', unit: 'MiB', about: 'total memory of the pods' },
  { symbol: 't_in', unit: 'kbit/s', about: 'received traffic' },
  { symbol: 't_out', unit: 'kbit/s', about: 'transmitted traffic' },
] as const;

/** Numbers of one state: nine per service. */
export function stateSize(services: number): number {
  return services * STATE_FIELDS.length;
}

/** Writes the state of one environment, service by service, from `offset` on; n_id counts from 0. */
export function writeState(
  { services, service }: Observation,
  environment: number,
  into: Float32Array | Float64Array,
  offset = 0,
): void {
  let out = offset;
  for (let s = 0; s < services; s++) {
    const i = environment * services + s;
    into[out++] = s;
    into[out++] = service.ready[i];
    into[out++] = service.desired[i];
    into[out++] = service.failed[i];
    into[out++] = service.pending[i];
    into[out++] = service.cpu[i];
    into[out++] = service.memory[i];
    into[out++] = service.rx[i];
    into[out++] = service.tx[i];
  }
}
