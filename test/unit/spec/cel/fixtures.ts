/** The sample cluster, and observations of it that a test sets by hand. */
import assert from 'node:assert/strict';
import { checkExpression, type CheckedExpression, type CheckOptions } from '../../../../src/spec/cel/check.ts';
import { compileColumns } from '../../../../src/spec/cel/compile.ts';
import { interpret } from '../../../../src/spec/cel/interpret.ts';
import type { Cluster, Service } from '../../../../src/spec/model.ts';
import {
  emptyObservation,
  type ClusterField,
  type Observation,
  type ObservationHistory,
  type ServiceField,
} from '../../../../src/spec/observation.ts';

const service = (name: string, throughput: number, max: number, rest: Partial<Service> = {}): Service => ({
  name,
  entryPoint: false,
  priority: 'normal',
  replicas: { min: 1, max },
  cpu: 500,
  memory: 512,
  emulator: { throughput, startup: 30, queue: 500, requestSize: 4096 },
  calls: [],
  ...rest,
});

export const clusterOf = (services: readonly Service[]): Cluster => ({
  kind: 'Cluster',
  name: 'test',
  origin: { file: 'test.karma.yaml', line: 1 },
  namespace: 'test',
  decisionInterval: 30,
  nodes: { cpu: 6500, memory: 12288 },
  metrics: { source: 'emulator' },
  services,
  objectives: {
    maxLatency: 0.5,
    weights: { success: 0.2, pods: 0.2, latency: 0.2, entryPoints: 0.2, traffic: 0.2 },
    cost: 0.1,
  },
  maxMove: 3,
});

/** a calls b and c, which both call d. */
export const sample = clusterOf([
  service('a', 100, 5, { entryPoint: true, priority: 'critical', calls: [1, 2] }),
  service('b', 80, 3, { calls: [3] }),
  service('c', 150, 4, { calls: [3] }),
  service('d', 300, 6, { priority: 'critical' }),
]);

export type Seen = {
  readonly service?: Partial<Record<ServiceField, readonly number[]>>;
  readonly cluster?: Partial<Record<ClusterField, readonly number[]>>;
};

/** One observation; columns that the test leaves out are zero. */
export function observed(environments: number, services: number, seen: Seen): Observation {
  const observation = emptyObservation(environments, services);
  for (const [field, values] of Object.entries(seen.service ?? {}))
    observation.service[field as ServiceField].set(values);
  for (const [field, values] of Object.entries(seen.cluster ?? {}))
    observation.cluster[field as ClusterField].set(values);
  return observation;
}

/** `entries`: the newest first. */
export const historyOf = (interval: number, entries: readonly Observation[]): ObservationHistory => ({
  interval,
  at: (ago) => entries[Math.min(ago, entries.length - 1)],
});

export function checked(text: string, options: Partial<CheckOptions> = {}): CheckedExpression {
  const { expression, problems } = checkExpression(text, { result: 'bool', settings: [], service: true, ...options });
  assert.deepEqual(problems, [], `${text}: ${problems[0]?.message}`);
  return expression!;
}

/** The values in all environments (and of all services) from both executions, which must agree bit by bit. */
export function valuesOf(
  expression: CheckedExpression,
  history: ObservationHistory,
  settings: Readonly<Record<string, number>> = {},
  cluster: Cluster = sample,
): number[] {
  const { environments, services } = history.at(0);
  const into = new Float64Array(environments * (expression.perService ? services : 1)).fill(-99);
  compileColumns(expression, cluster, settings).evaluate(history, into);
  const interpreted = Array.from(into, (_, index) => {
    const place = expression.perService
      ? { environment: Math.floor(index / services), service: index % services }
      : { environment: index };
    return Number(interpret(expression, { cluster, history, settings, ...place }));
  });
  for (const [index, value] of interpreted.entries())
    assert.ok(
      Object.is(value, into[index]),
      `${expression.text}: interpreted ${value}, compiled ${into[index]} at ${index}`,
    );
  return interpreted;
}
