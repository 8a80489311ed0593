/**
 * What a condition of an inferred rule may compare with a threshold: a number for each service at each step, and the CEL
 * that means the same. Only what can be computed from the recorded columns is offered.
 */
import { callsPerRequest } from '../../spec/call-graph.ts';
import { relativeChange } from '../../spec/cel/window.ts';
import type { Cluster } from '../../spec/model.ts';
import type { Trajectories } from '../trajectories/trajectories.ts';

export interface RuleTerm {
  /** Takes whole numbers only, so that thresholds are whole too. */
  readonly whole: boolean;
  /** Infinity where a ratio has nothing to divide by: the condition in CEL then says the same. */
  value(episode: number, step: number, service: number): number;
  /** The condition value > threshold, or value <= threshold. */
  condition(above: boolean, threshold: string): string;
}

const WHOLE_FIELDS = ['ready', 'desired', 'failed', 'starting'];
/** Fields whose level tells about a service's need, whatever its size. */
const PLAIN_FIELDS = ['pending', 'dropped', 'ready', 'desired', 'failed', 'starting', 'utilization', 'latency'];
const CLUSTER_FIELDS = ['cpuUtilization', 'cpuAllocated', 'latency', 'successRate'];

/** Terms for trajectories of one layout; `cluster` gives throughput, call graph and entry points. */
export function ruleTerms(trajectories: Trajectories, cluster: Cluster): RuleTerm[] {
  const { services, stateFields, episodes, interval } = trajectories;
  const columnsOf = (field: string) => services.map((service) => stateFields.indexOf(`${service}.${field}`));
  const has = (field: string) => columnsOf(field).every((column) => column >= 0);
  const read = (field: string) => {
    const columns = columnsOf(field);
    return (episode: number, step: number, service: number) =>
      episodes[episode].states[step * stateFields.length + columns[service]];
  };
  const plain = (name: string, whole: boolean, value: RuleTerm['value']): RuleTerm => ({
    whole,
    value,
    condition: (above, threshold) => `${name} ${above ? '>' : '<='} ${threshold}`,
  });

  const terms: RuleTerm[] = PLAIN_FIELDS.filter(has).map((field) =>
    plain(`service.${field}`, WHOLE_FIELDS.includes(field), read(field)),
  );
  for (const field of CLUSTER_FIELDS) {
    const column = stateFields.indexOf(`cluster.${field}`);
    if (column < 0) continue;
    const value: RuleTerm['value'] = (episode, step) => episodes[episode].states[step * stateFields.length + column];
    terms.push(plain(`cluster.${field}`, false, value));
  }
  if (!has('received')) return terms;

  const received = read('received');
  const calls = callsPerRequest(cluster);
  const entryPoints = cluster.services.flatMap((service, index) => (service.entryPoint ? [index] : []));
  const throughput = cluster.services.map((service) => service.emulator.throughput);
  const demand: RuleTerm['value'] = (episode, step, service) => {
    let coming = 0;
    for (const entry of entryPoints)
      coming += received(episode, step, entry) * calls[entry * services.length + service];
    return Math.max(received(episode, step, service), coming);
  };
  const ratio = (denominator: string, size: RuleTerm['value']): RuleTerm => ({
    whole: false,
    value: (episode, step, service) => {
      const [need, have] = [demand(episode, step, service), size(episode, step, service)];
      if (have > 0) return need / have;
      return need > 0 || have < 0 ? Infinity : 0;
    },
    condition: (above, threshold) => `service.demand ${above ? '>' : '<='} ${threshold} * ${denominator}`,
  });
  if (has('ready')) {
    const ready = read('ready');
    terms.push(ratio('service.capacity', (e, t, s) => ready(e, t, s) * throughput[s]));
  }
  if (has('desired')) {
    const desired = read('desired');
    terms.push(ratio('service.desired * service.throughput', (e, t, s) => desired(e, t, s) * throughput[s]));
    terms.push(
      ratio('(service.desired - 1) * service.throughput', (e, t, s) => (desired(e, t, s) - 1) * throughput[s]),
    );
  }
  const rise = (episode: number, step: number, service: number) =>
    step === 0 ? 0 : relativeChange(received(episode, step, service), received(episode, step - 1, service));
  terms.push({
    whole: false,
    value: (episode, step) => Math.max(...entryPoints.map((entry) => rise(episode, step, entry))),
    condition: (above, threshold) =>
      `${above ? '' : '!'}services.exists(e, e.entryPoint && change(e.received, '${interval}s') > ${threshold})`,
  });
  return terms;
}
