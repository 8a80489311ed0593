/** The state of a cluster according to an audit trail, record by record. Does not import vscode, so that it can be tested without it. */
import type {
  ClusterService,
  ClusterStatus,
  Decision,
  Ended,
  Observed,
  Write,
} from '../../../../webview/protocol/cluster.ts';
import type { AgentRecord, DecisionRecord, HpaRecord, StageRecord, WriteRecord } from '../../../transferring/audit.ts';
import { auditRecord } from './audit-shape.ts';

/** The number of recent entries that are kept of each list. */
const KEPT_DECISIONS = 30;
const KEPT_WRITES = 40;
/** The most points of the trend; beyond it, every other point is dropped. */
const TREND = 360;

type Hpa = NonNullable<ClusterService['hpa']>;
export type Observation = Pick<
  ClusterStatus,
  'identity' | 'observed' | 'services' | 'trend' | 'decisions' | 'writes' | 'ended'
>;

/** A service's numbers before anything was observed. */
export const UNOBSERVED: Omit<ClusterService, 'name' | 'min' | 'max'> = {
  desired: null,
  ready: null,
  starting: null,
  failed: null,
  pending: null,
  latency: null,
  utilization: null,
  hpa: null,
  controlledBy: 'unknown',
};

/** Adds records in the order of the trail. Values that are no records, or of an unknown kind, are counted and left out. */
export class ObservedTransfer {
  /** Number of records that could not be understood. */
  unknown = 0;
  #identity: Observation['identity'] = null;
  #observed: Observed | undefined;
  readonly #visited: string[] = [];
  #controlled: readonly string[] | undefined;
  #ended: Ended | null = null;
  readonly #services = new Map<string, ClusterService>();
  /** The HPAs as they were first seen, not paused. */
  readonly #originals = new Map<string, HpaRecord>();
  /** What reached the cluster since the last observation: a decision's record shows the cluster before them. */
  #written: { readonly time: number; readonly writes: WriteRecord[] } = { time: NaN, writes: [] };
  readonly #decisions: Decision[] = [];
  /** The last decision where it changed nothing. */
  #quiet: Decision | undefined;
  readonly #writes: Write[] = [];
  #trend: { time: number; objective: number | null; stage: string }[] = [];
  #stride = 1;
  #points = 0;
  #agreement = { alike: 0, of: 0 };

  add(value: unknown): void {
    const record = auditRecord(value);
    switch (record?.type) {
      case 'stage':
        return this.#enter(record);
      case 'write':
        return this.#write(record);
      case 'decision':
        return this.#decide(record);
      case undefined:
        this.unknown++;
    }
  }

  /** Stages that were entered, in order; without `plan` and `fallback`. */
  get visited(): readonly string[] {
    return this.#visited;
  }

  observation(): Observation {
    const newest = this.#quiet ? [this.#quiet] : [];
    return {
      identity: this.#identity,
      observed: this.#observed ?? null,
      services: [...this.#services.values()],
      trend: this.#trend,
      decisions: [...newest, ...this.#decisions.toReversed()],
      writes: this.#writes.toReversed(),
      ended: this.#ended,
    };
  }

  #enter({ time, stage, why, terms, ended, hpas }: StageRecord): void {
    if (terms) {
      const { context, server, namespace } = terms;
      this.#identity = { context, server, namespace };
    }
    if (stage === 'fallback') {
      const restored = hpas ? Object.entries(hpas) : undefined;
      this.#ended = {
        how: ended ?? 'fallback',
        why,
        restored: restored?.map(([service, { asBefore, ...hpa }]) => ({ service, asBefore, ...hpa })) ?? null,
      };
      for (const [service, hpa] of restored ?? []) this.#setHpa(service, hpa);
    } else if (stage !== 'plan') this.#visited.push(stage);
    const writesNothing = stage === 'plan' || stage === 'shadow';
    this.#controlled = writesNothing ? undefined : terms?.services;
    this.#agreement = { alike: 0, of: 0 };
    this.#observed = {
      ...(this.#observed ?? NOTHING),
      time,
      stage,
      since: time,
      lasts: terms?.lasts ?? null,
      next: terms?.next ?? '',
      abortWhen: terms?.abortWhen ?? '',
      driftThreshold: terms?.driftThreshold ?? this.#observed?.driftThreshold ?? null,
      staleAfter: terms?.staleAfter ?? this.#observed?.staleAfter ?? null,
      agreement: null,
    };
  }

  #write(record: WriteRecord): void {
    const { time, stage, context, server, namespace, write, dryRun, result, message } = record;
    this.#identity ??= { context, server, namespace };
    this.#writes.push({
      time,
      stage,
      service: String(write.service),
      what: describe(write),
      dryRun,
      accepted: result === 'accepted',
      message,
    });
    if (this.#writes.length > KEPT_WRITES) this.#writes.shift();
    if (dryRun || result !== 'accepted') return;
    if (this.#written.time !== time) this.#written = { time, writes: [] };
    this.#written.writes.push(record);
    this.#apply(record);
  }

  #decide(record: DecisionRecord): void {
    const { time, stage, state, outcome, objective, drift, oldestMetric } = record;
    for (const [name, desired] of Object.entries(record.current))
      this.#services.set(name, serviceOf(record, name, desired));
    for (const [service, hpa] of Object.entries(record.hpas))
      if (!hpa.paused && !this.#originals.has(service)) this.#originals.set(service, hpa);
    for (const service of Object.keys(record.hpas)) this.#setHpa(service, record.hpas[service]);
    if (this.#written.time === time) for (const write of this.#written.writes) this.#apply(write);

    const decision = decisionOf(record, this.#controlled);
    const isQuiet = outcome === 'nothing to do' || (outcome === 'shadow' && decision.changes.length === 0);
    this.#quiet = isQuiet ? decision : undefined;
    if (!isQuiet) this.#list(decision);
    for (const [service, asked] of Object.entries(record.hpa)) {
      this.#agreement.of++;
      this.#agreement.alike += Number(asked === record.limited[service]);
    }
    const before = this.#observed ?? { ...NOTHING, since: time };
    this.#observed = {
      ...before,
      time,
      stage,
      objective: known(objective),
      drift: known(drift),
      oldestMetric: known(oldestMetric),
      latency: known(state['cluster.latency']),
      success: known(state['cluster.successRate']),
      allocated: known(state['cluster.cpuAllocated']),
      decisions: before.decisions + 1,
      applied: before.applied + Number(outcome === 'applied'),
      held: before.held + Number(outcome === 'hold'),
      agreement: this.#agreement.of === 0 ? null : this.#agreement.alike / this.#agreement.of,
    };
    this.#addPoint({ time, objective: known(objective), stage });
  }

  /** A decision or hold that repeats is listed once, with its last time. */
  #list(decision: Decision): void {
    const last = this.#decisions.at(-1);
    if (last && last.outcome !== 'applied' && gist(last) === gist(decision)) this.#decisions.pop();
    this.#decisions.push(decision);
    if (this.#decisions.length > KEPT_DECISIONS) this.#decisions.shift();
  }

  #addPoint(point: { time: number; objective: number | null; stage: string }): void {
    if (this.#points++ % this.#stride !== 0) return;
    this.#trend = [...this.#trend, point];
    if (this.#trend.length < TREND) return;
    this.#trend = this.#trend.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  #apply({ write }: WriteRecord): void {
    const name = String(write.service);
    const service = this.#services.get(name);
    if (!service) return;
    switch (write.type) {
      case 'scale':
        this.#services.set(name, { ...service, desired: Number(write.replicas) });
        break;
      case 'pauseHpa':
        if (service.hpa) this.#setHpa(name, { ...service.hpa, paused: true });
        break;
      case 'setHpaMinimum':
        if (service.hpa) this.#setHpa(name, { ...service.hpa, minReplicas: Number(write.minReplicas) });
        break;
      case 'restoreHpa': {
        const original = this.#originals.get(name);
        if (original) this.#setHpa(name, original);
        break;
      }
    }
  }

  #setHpa(name: string, { minReplicas, maxReplicas, paused }: HpaRecord): void {
    const service = this.#services.get(name);
    if (!service) return;
    const originalMinimum = this.#originals.get(name)?.minReplicas ?? null;
    const hpa: Hpa = { minReplicas, maxReplicas, paused, desired: service.hpa?.desired ?? null, originalMinimum };
    const isRaised = originalMinimum !== null && minReplicas > originalMinimum;
    const controlledBy = paused ? 'agents' : isRaised ? 'hpa with a raised minimum' : 'hpa';
    this.#services.set(name, { ...service, hpa, controlledBy });
  }
}

const NOTHING: Observed = {
  time: 0,
  stage: '',
  since: 0,
  lasts: null,
  next: '',
  abortWhen: '',
  objective: null,
  drift: null,
  driftThreshold: null,
  oldestMetric: null,
  staleAfter: null,
  latency: null,
  success: null,
  allocated: null,
  decisions: 0,
  applied: 0,
  held: 0,
  agreement: null,
};

function serviceOf({ state, hpa }: DecisionRecord, name: string, desired: number): ClusterService {
  const of = (field: string) => known(state[`${name}.${field}`]);
  const asked = known(hpa[name]);
  return {
    ...UNOBSERVED,
    name,
    min: null,
    max: null,
    desired,
    ready: of('ready'),
    starting: of('starting'),
    failed: of('failed'),
    pending: of('pending'),
    latency: of('latency'),
    utilization: of('utilization'),
    hpa:
      asked === null ? null : { minReplicas: 0, maxReplicas: 0, paused: false, desired: asked, originalMinimum: null },
  };
}

/** `controlled`: services that the agents may write to in this stage; undefined = all, or it is not known. */
function decisionOf(record: DecisionRecord, controlled: readonly string[] | undefined): Decision {
  const { decision, time, stage, outcome, why, current, proposed, limited, caps, agents, objective, drift } = record;
  // On the floor the agents set the HPA's minimum, not the replicas.
  const before = (service: string) => (stage === 'floor' ? record.hpas[service]?.minReplicas : current[service]);
  const changes = Object.keys(current)
    .map((service) => ({ service, from: before(service), to: proposed[service], limited: limited[service] }))
    .filter(({ service, from, to }) => from !== undefined && from !== to && (controlled?.includes(service) ?? true));
  return {
    decision,
    time,
    stage,
    outcome,
    why,
    changes,
    caps,
    agents: agents.filter(({ active, choice }) => active || !isHold(choice)).map(agentOf),
    objective: known(objective),
    drift: known(drift),
  };
}

/** The key that is equal for decisions that look the same to a reader. */
const gist = ({ stage, outcome, changes, agents }: Decision): string =>
  JSON.stringify([stage, outcome, changes, agents.map(({ agent, choice }) => [agent, choice])]);

/** The choice with the rules that allowed it; rules of other services, or of a hold, do not explain it. */
function agentOf({ agent, roles, choice, options, reasons }: AgentRecord): Decision['agents'][number] {
  const probability = known(options.find(({ option }) => option === choice)?.probability);
  const moved = choice.split(', ').filter((part) => part !== 'hold');
  const relevant = moved.map((part) => ` on ${part.slice(0, part.lastIndexOf(' '))}: `);
  return {
    agent,
    roles,
    choice,
    probability,
    options: options.length,
    reasons: reasons.filter((reason) => relevant.some((text) => reason.includes(text))),
  };
}

/** An agent with several heads says what each of them chose. */
const isHold = (choice: string): boolean => choice.split(', ').every((part) => part === 'hold');

function describe(write: WriteRecord['write']): string {
  switch (write.type) {
    case 'scale':
      return `replicas = ${String(write.replicas)}`;
    case 'pauseHpa':
      return 'HPA paused';
    case 'setHpaMinimum':
      return `HPA minReplicas = ${String(write.minReplicas)}`;
    case 'restoreHpa':
      return 'HPA as before';
    default:
      return String(write.type);
  }
}

/** JSON has null for what was missing or not finite. */
const known = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;
