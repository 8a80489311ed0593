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
/** Fields whose level shows what a service needs, whatever its size. */
const PLAIN_FIELDS = ['pending', 'dropped', 'ready', 'desired', 'failed', 'starting', 'utilization', 'latency'];
const CLUSTER_FIELDS = ['cpuUtilization', 'cpuAllocated', 'latency', 'successRate'];

/** Terms for trajectories of one layout; `cluster` gives throughput, call graph and entry points. */
export function ruleTerms(trajectories: Trajectories, cluster: Cluster): RuleTerm[] {
  const columns = new StateColumns(trajectories);
  const levels = [...serviceLevels(columns), ...clusterLevels(columns)];
  if (!columns.has('received')) return levels;
  return [...levels, ...demandRatios(columns, cluster), loadRise(columns, cluster, trajectories.interval)];
}

type Value = RuleTerm['value'];

/** The recorded states by the names of their fields. */
class StateColumns {
  readonly #trajectories: Trajectories;

  constructor(trajectories: Trajectories) {
    this.#trajectories = trajectories;
  }

  /** Whether the field was recorded of every service. */
  has(field: string): boolean {
    return this.#columnsOf(field).every((column) => column >= 0);
  }

  ofService(field: string): Value {
    const { episodes, stateFields } = this.#trajectories;
    const columns = this.#columnsOf(field);
    return (episode, step, service) => episodes[episode].states[step * stateFields.length + columns[service]];
  }

  /** undefined where the field was not recorded. */
  ofCluster(field: string): Value | undefined {
    const { episodes, stateFields } = this.#trajectories;
    const column = stateFields.indexOf(`cluster.${field}`);
    return column < 0 ? undefined : (episode, step) => episodes[episode].states[step * stateFields.length + column];
  }

  #columnsOf(field: string): number[] {
    const { services, stateFields } = this.#trajectories;
    return services.map((service) => stateFields.indexOf(`${service}.${field}`));
  }
}

const level = (name: string, whole: boolean, value: Value): RuleTerm => ({
  whole,
  value,
  condition: (above, threshold) => `${name} ${above ? '>' : '<='} ${threshold}`,
});

function serviceLevels(columns: StateColumns): RuleTerm[] {
  return PLAIN_FIELDS.filter((field) => columns.has(field)).map((field) =>
    level(`service.${field}`, WHOLE_FIELDS.includes(field), columns.ofService(field)),
  );
}

function clusterLevels(columns: StateColumns): RuleTerm[] {
  return CLUSTER_FIELDS.flatMap((field) => {
    const value = columns.ofCluster(field);
    return value ? [level(`cluster.${field}`, false, value)] : [];
  });
}

/** The demand over what the ready, the desired, or one fewer than the desired pods serve. */
function demandRatios(columns: StateColumns, cluster: Cluster): RuleTerm[] {
  const { services } = cluster;
  const throughput = services.map((service) => service.emulator.throughput);
  const demand = demandOf(columns.ofService('received'), cluster);
  const ratio = (denominator: string, size: Value): RuleTerm => ({
    whole: false,
    value: (episode, step, service) => {
      const [need, have] = [demand(episode, step, service), size(episode, step, service)];
      if (have > 0) return need / have;
      return need > 0 || have < 0 ? Infinity : 0;
    },
    condition: (above, threshold) => `service.demand ${above ? '>' : '<='} ${threshold} * ${denominator}`,
  });
  const terms: RuleTerm[] = [];
  if (columns.has('ready')) {
    const ready = columns.ofService('ready');
    terms.push(ratio('service.capacity', (e, t, s) => ready(e, t, s) * throughput[s]));
  }
  if (columns.has('desired')) {
    const desired = columns.ofService('desired');
    terms.push(ratio('service.desired * service.throughput', (e, t, s) => desired(e, t, s) * throughput[s]));
    terms.push(
      ratio('(service.desired - 1) * service.throughput', (e, t, s) => (desired(e, t, s) - 1) * throughput[s]),
    );
  }
  return terms;
}

/** As `service.demand` of the rule language. */
function demandOf(received: Value, cluster: Cluster): Value {
  const calls = callsPerRequest(cluster);
  const entryPoints = entryPointsOf(cluster);
  return (episode, step, service) => {
    let coming = 0;
    for (const entry of entryPoints)
      coming += received(episode, step, entry) * calls[entry * cluster.services.length + service];
    return Math.max(received(episode, step, service), coming);
  };
}

/** The largest rise of the load at an entry point since the decision before. */
function loadRise(columns: StateColumns, cluster: Cluster, interval: number): RuleTerm {
  const received = columns.ofService('received');
  const entryPoints = entryPointsOf(cluster);
  const rise: Value = (episode, step, service) =>
    step === 0 ? 0 : relativeChange(received(episode, step, service), received(episode, step - 1, service));
  return {
    whole: false,
    value: (episode, step) => Math.max(...entryPoints.map((entry) => rise(episode, step, entry))),
    condition: (above, threshold) =>
      `${above ? '' : '!'}services.exists(e, e.entryPoint && change(e.received, '${interval}s') > ${threshold})`,
  };
}

const entryPointsOf = ({ services }: Cluster): number[] =>
  services.flatMap((service, index) => (service.entryPoint ? [index] : []));
