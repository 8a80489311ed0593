/**
 * What one can try the guides of an organization with: the quantities that its rules and goals read, in ranges that the cluster
 * suggests, and states to begin with.
 */
import { checkExpression } from '../spec/cel/check.ts';
import type { Cluster, Model, Role, Service } from '../spec/model.ts';
import {
  CLUSTER_FIELDS,
  emptyObservation,
  SERVICE_FIELDS,
  type ClusterField,
  type Observation,
  type ServiceField,
} from '../spec/observation.ts';
import type { SampledStates } from './diagnostics/samples.ts';
import type { GuideState } from './evaluate-guides.ts';

/** A quantity of a service, or of the cluster. */
export interface GuideInput {
  /** '' = the cluster. */
  readonly service: string;
  readonly field: string;
  readonly unit: string;
  readonly about: string;
  readonly max: number;
  readonly step: number;
}

/** Values by service ('' = the cluster), then by field. Those that are left out are as at rest. */
export type GuideValues = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface TriedState {
  readonly now: GuideValues;
  /** At every earlier time; null = the same as now. */
  readonly before: GuideValues | null;
  /** Seconds since the start of the episode. */
  readonly elapsed: number;
}

export type PresetName = 'rest' | 'overload' | 'failure' | 'sample-typical' | 'sample-queue' | 'sample-failures';

export interface GuidePlayground {
  readonly inputs: readonly GuideInput[];
  readonly presets: readonly { readonly name: PresetName; readonly state: TriedState }[];
  /** Largest time worth trying, in seconds; 0 where no duty depends on time. */
  readonly maxElapsed: number;
}

/** Undefined where the organization, or its cluster, is not there. */
export function guidePlayground(model: Model, name: string, sampled?: SampledStates): GuidePlayground | undefined {
  const organization = model.organizations.find((each) => each.name === name);
  const cluster = model.clusters.find((each) => each.name === organization?.cluster);
  if (!organization || !cluster) return undefined;
  const ends = [...organization.obligations, ...organization.permissions].flatMap(({ timeConstraint }) =>
    timeConstraint === 'any' ? [] : [timeConstraint.to],
  );
  return {
    inputs: inputsOf(cluster, fieldsRead(model, name)),
    presets: presetsOf(cluster, sampled),
    maxElapsed: ends.length === 0 ? 0 : Math.ceil(Math.max(...ends) * 1.25),
  };
}

/** What the guides are evaluated with. */
export function guideStateOf(cluster: Cluster, { now, before, elapsed }: TriedState): GuideState {
  const rest = restValues(cluster);
  const [present, past] = [now, before ?? now].map((values) => observationOf(cluster, values, rest));
  return { history: { interval: cluster.decisionInterval, at: (ago) => (ago >= 1 ? past : present) }, elapsed };
}

interface FieldsRead {
  readonly service: ReadonlySet<ServiceField>;
  readonly cluster: ReadonlySet<ClusterField>;
}

/** Fields that rules of the agents' roles and goals of their duties read. What is derived stands for what it is derived from. */
function fieldsRead(model: Model, name: string): FieldsRead {
  const organization = model.organizations.find((each) => each.name === name);
  if (!organization) return { service: new Set(), cluster: new Set() };
  const held = new Set(organization.agents.flatMap(({ roles }) => roles));
  const missions = new Set(
    [...organization.obligations, ...organization.permissions]
      .filter(({ role }) => held.has(role))
      .map(({ mission }) => mission),
  );
  const roles = model.roles.filter((role) => held.has(role.name));
  const goals = model.missions.filter((mission) => missions.has(mission.name)).flatMap((mission) => mission.goals);
  const service = new Set<ServiceField>();
  const cluster = new Set<ClusterField>();
  const note = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { op, field } = node as { op?: string; field?: string };
    if (op === 'clusterField') cluster.add(field as ClusterField);
    if (op === 'field') {
      const read = field === 'demand' ? 'received' : field === 'capacity' ? 'ready' : (field ?? '');
      if (Object.hasOwn(SERVICE_FIELDS, read)) service.add(read as ServiceField);
    }
    for (const part of Object.values(node)) note(part);
  };
  for (const text of [...roles.flatMap(conditionsOf), ...goals.flatMap(goalExpressions)]) note(text);
  return { service, cluster };
}

const conditionsOf = (role: Role): unknown[] =>
  role.rules.map(
    ({ when }) =>
      checkExpression(when, { result: 'bool', settings: Object.keys(role.settings), service: true }).expression,
  );

function goalExpressions({
  reward,
  satisfiedWhen,
}: {
  readonly reward: string;
  readonly satisfiedWhen: string;
}): unknown[] {
  const options = { settings: [], service: false } as const;
  return [
    checkExpression(reward, { ...options, result: 'number' }).expression,
    satisfiedWhen === '' ? undefined : checkExpression(satisfiedWhen, { ...options, result: 'bool' }).expression,
  ];
}

function inputsOf(cluster: Cluster, read: FieldsRead): GuideInput[] {
  const input = (service: string, field: string, words: Words, most: number): GuideInput => {
    const step = words.unit === 'pods' ? 1 : niceStep(most / 100);
    return { service, field, unit: words.unit, about: words.about, step, max: tidy(Math.ceil(most / step) * step) };
  };
  const keys = <K extends string>(fields: Readonly<Record<K, Words>>): K[] => Object.keys(fields) as K[];
  return [
    ...keys(CLUSTER_FIELDS)
      .filter((field) => read.cluster.has(field))
      .map((field) =>
        input('', field, CLUSTER_FIELDS[field], field === 'latency' ? 4 * cluster.objectives.maxLatency : 1),
      ),
    ...cluster.services.flatMap((service) =>
      keys(SERVICE_FIELDS)
        .filter((field) => read.service.has(field))
        .map((field) => input(service.name, field, SERVICE_FIELDS[field], mostOf(service, field, cluster))),
    ),
  ];
}

interface Words {
  readonly unit: string;
  readonly about: string;
}

/** A little beyond what the cluster can show, so that rules about extremes can be tried. */
function mostOf({ replicas, cpu, memory, emulator }: Service, field: ServiceField, cluster: Cluster): number {
  const served = replicas.max * emulator.throughput;
  switch (field) {
    case 'pending':
      return emulator.queue;
    case 'received':
    case 'dropped':
      return 2 * served;
    case 'served':
    case 'succeeded':
      return served;
    case 'ready':
    case 'desired':
    case 'failed':
    case 'starting':
      return replicas.max;
    case 'cpu':
      return replicas.max * cpu;
    case 'memory':
      return replicas.max * memory;
    case 'utilization':
      return 1.5;
    case 'rx':
    case 'tx':
      return (2 * served * emulator.requestSize * 8) / 1000;
    case 'latency':
      return 4 * cluster.objectives.maxLatency;
  }
}

/** 1, 2 or 5 times a power of ten, at most `about`. */
function niceStep(about: number): number {
  const power = 10 ** Math.floor(Math.log10(about));
  return tidy(([5, 2].find((factor) => factor * power <= about * (1 + 1e-9)) ?? 1) * power);
}

/** Without the last digits that decimal fractions leave. */
const tidy = (value: number): number => Number(value.toPrecision(12));

type Mutable = Record<string, Record<string, number>>;

/** Fewest pods, no load. */
function restValues(cluster: Cluster): Mutable {
  return loaded(cluster, 0, 0);
}

/** Every service with its fewest pods under a load that is a share of what they serve. */
function loaded(cluster: Cluster, load: number, queued: number): Mutable {
  const values: Mutable = {};
  const used = Math.min(1, load);
  let cpu = 0;
  for (const service of cluster.services) {
    const ready = Math.max(1, service.replicas.min);
    const capacity = ready * service.emulator.throughput;
    cpu += ready * service.cpu;
    values[service.name] = {
      ready,
      desired: ready,
      received: tidy(load * capacity),
      served: tidy(used * capacity),
      succeeded: tidy(used * capacity),
      pending: Math.round(queued * service.emulator.queue),
      utilization: used,
      cpu: tidy(used * ready * service.cpu),
      memory: ready * service.memory,
      latency: tidy(queued * cluster.objectives.maxLatency),
    };
  }
  const allocated = Math.min(1, tidy(cpu / cluster.nodes.cpu));
  values[''] = {
    cpuAllocated: allocated,
    cpuUtilization: tidy(allocated * used),
    latency: tidy(queued * cluster.objectives.maxLatency),
    successRate: load > 1 ? tidy(1 / load) : 1,
  };
  return values;
}

function presetsOf(cluster: Cluster, sampled: SampledStates | undefined): GuidePlayground['presets'] {
  const failure = loaded(cluster, 0.6, 0);
  const first = failure[cluster.services[0].name];
  first.failed = 1;
  first.ready = Math.max(0, first.ready - 1);
  return [
    { name: 'rest', state: { now: restValues(cluster), before: null, elapsed: 0 } },
    { name: 'overload', state: { now: loaded(cluster, 1.5, 0.5), before: loaded(cluster, 0.8, 0), elapsed: 0 } },
    { name: 'failure', state: { now: failure, before: null, elapsed: 0 } },
    ...samplesOf(cluster, sampled),
  ];
}

/** Of the states that the cluster was seen in: one from the middle, the one with the longest queues, with most failed pods. */
function samplesOf(cluster: Cluster, sampled: SampledStates | undefined): GuidePlayground['presets'] {
  const moments = sampled?.moments ?? [];
  if (moments.length === 0 || moments[0].at(0).services !== cluster.services.length) return [];
  const { environments } = moments[0].at(0);
  const most = (field: ServiceField): { moment: number; environment: number; value: number } => {
    let best = { moment: 0, environment: 0, value: 0 };
    moments.forEach((history, moment) => {
      const column = history.at(0).service[field];
      for (let environment = 0; environment < environments; environment++) {
        const value = cluster.services.reduce(
          (sum, _, service) => sum + column[environment * cluster.services.length + service],
          0,
        );
        if (value > best.value) best = { moment, environment, value };
      }
    });
    return best;
  };
  const state = (moment: number, environment: number): TriedState => ({
    now: valuesOf(cluster, moments[moment].at(0), environment),
    before: valuesOf(cluster, moments[moment].at(1), environment),
    elapsed: 0,
  });
  const [queue, failures] = [most('pending'), most('failed')];
  return [
    { name: 'sample-typical', state: state(Math.floor(moments.length / 2), 0) },
    ...(queue.value > 0 ? [{ name: 'sample-queue' as const, state: state(queue.moment, queue.environment) }] : []),
    ...(failures.value > 0
      ? [{ name: 'sample-failures' as const, state: state(failures.moment, failures.environment) }]
      : []),
  ];
}

function valuesOf(cluster: Cluster, observation: Observation, environment: number): GuideValues {
  const rounded = (value: number): number => Number(value.toPrecision(4));
  const values: Mutable = {
    '': Object.fromEntries(
      Object.entries(observation.cluster).map(([field, column]) => [field, rounded(column[environment])]),
    ),
  };
  cluster.services.forEach(({ name }, service) => {
    const at = environment * cluster.services.length + service;
    values[name] = Object.fromEntries(
      Object.entries(observation.service).map(([field, column]) => [field, rounded(column[at])]),
    );
  });
  return values;
}

function observationOf(cluster: Cluster, values: GuideValues, rest: GuideValues): Observation {
  const observation = emptyObservation(1, cluster.services.length);
  const value = (service: string, field: string): number => values[service]?.[field] ?? rest[service]?.[field] ?? 0;
  for (const [field, column] of Object.entries(observation.cluster)) column[0] = value('', field);
  for (const [field, column] of Object.entries(observation.service))
    cluster.services.forEach(({ name }, service) => (column[service] = value(name, field)));
  return observation;
}
