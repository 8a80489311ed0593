/** Makes one decision of all agents on a live cluster, with everything that a person may want to know about it. */
import { HistoryRing, MEMORY } from '../cluster/history.ts';
import type { Snapshot } from '../cluster/live/live-cluster.ts';
import type { Backend } from '../nn/backend.ts';
import { PolicyController, type AgentChoice, type Policies } from '../deciding/policy.ts';
import type { Cluster } from '../spec/model.ts';
import type { AgentRecord } from './audit.ts';
import { ruleReasons } from './reasons.ts';

export interface AgentDecision {
  /** [services] replicas that the agents want, before any cap. */
  readonly replicas: Int32Array;
  readonly agents: readonly AgentRecord[];
}

export class Decider {
  readonly #cluster: Cluster;
  readonly #controller: PolicyController;
  readonly #history: HistoryRing;
  #started = false;

  constructor(policies: Policies, backend: Backend) {
    this.#cluster = policies.cluster;
    this.#controller = new PolicyController('transfer', policies, { backend, environments: 1 });
    this.#history = new HistoryRing(1, policies.cluster.services.length, policies.cluster.decisionInterval, MEMORY);
  }

  get history(): HistoryRing {
    return this.#history;
  }

  /** Adds a snapshot to the history; the first one fills the past. A snapshot that lacks a metric is ignored. */
  see(snapshot: Snapshot): void {
    if (!isComplete(snapshot)) return;
    this.#history.pushCopy(snapshot.observation);
    if (!this.#started) this.#history.fill(0);
    this.#started = true;
  }

  /** Returns what the agents would do now, starting from `current` replicas. If a metric is missing, the agents hold. */
  propose(snapshot: Snapshot, current: ArrayLike<number>): AgentDecision {
    const replicas = Int32Array.from(current);
    if (!isComplete(snapshot)) return { replicas, agents: [] };
    this.#controller.decide(this.#history, replicas);
    return { replicas, agents: this.#controller.choices.map((choice, a) => this.#record(choice, a)) };
  }

  #record({ view, mask, actions }: AgentChoice, agent: number): AgentRecord {
    const { layout } = view;
    const perHead = layout.options.length / layout.heads;
    const nameOf = (option: number) => optionName(this.#cluster, layout.options[option]);
    const probabilities = this.#controller.probabilities(agent);
    const options = layout.options.flatMap((_, o) =>
      mask[o] ? [{ option: nameOf(o), probability: probabilities[o] }] : [],
    );
    return {
      agent: layout.name,
      roles: layout.roles.map((role) => role.name),
      active: view.active[0] === 1,
      options,
      choice: Array.from(actions, (action, head) => nameOf(head * perHead + action)).join(', '),
      reasons: layout.roles.flatMap((role) => ruleReasons(role, this.#cluster, this.#history)),
    };
  }

  dispose(): void {
    this.#controller.dispose();
  }
}

const isComplete = (snapshot: Snapshot): boolean => snapshot.age.every(Number.isFinite);

export function optionName(cluster: Cluster, { service, move }: { service: number; move: number }): string {
  return service < 0 ? 'hold' : `${cluster.services[service].name} ${move > 0 ? '+' : ''}${move}`;
}
