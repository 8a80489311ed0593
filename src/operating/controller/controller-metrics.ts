/** The metrics that the controller exposes at /metrics. They come from the audit trail and the events of the lease. */
import type { AuditRecord, DecisionRecord } from '../../transferring/audit.ts';
import type { LeaseEvent } from '../../transferring/holding-lease.ts';
import type { Offer } from '../../transferring/refresh-offers.ts';
import { MetricRegistry } from './prometheus-text.ts';

/** The names of all metrics. Alerts and the dashboard take them from here. */
export const METRICS = {
  leader: 'karma_mas_leader',
  stage: 'karma_mas_stage',
  decisions: 'karma_mas_decisions_total',
  holds: 'karma_mas_holds_total',
  writes: 'karma_mas_writes_total',
  fallbacks: 'karma_mas_fallbacks_total',
  restored: 'karma_mas_restored_hpas_total',
  failures: 'karma_mas_failures_total',
  drift: 'karma_mas_drift',
  driftThreshold: 'karma_mas_drift_threshold',
  objective: 'karma_mas_objective',
  metricAge: 'karma_mas_oldest_metric_seconds',
  replicas: 'karma_mas_replicas',
  decisionSeconds: 'karma_mas_decision_seconds',
  refreshDue: 'karma_mas_refresh_due',
} as const;

const SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];

export class ControllerMetrics {
  readonly #registry = new MetricRegistry();

  constructor() {
    const { declare } = { declare: this.#registry.declare.bind(this.#registry) };
    declare(METRICS.leader, 'gauge', '1 where this replica holds the lease, 0 where it stands by.');
    declare(METRICS.stage, 'gauge', 'The stage of the transfer: 1 for the one it is in.');
    declare(METRICS.decisions, 'counter', 'Decisions of all agents, by stage and outcome.');
    declare(METRICS.holds, 'counter', 'Decisions at which nothing was written, since something was in doubt.');
    declare(METRICS.writes, 'counter', 'Writes to the cluster, by type and result; without dry runs.');
    declare(METRICS.fallbacks, 'counter', 'Times that the HPAs took over, by how the transfer ended.');
    declare(METRICS.restored, 'counter', 'HPAs restored that a dead writer had left changed.');
    declare(METRICS.failures, 'counter', 'Failures that were tried again.');
    declare(METRICS.drift, 'gauge', 'Distance of the state from those that the twin was validated on.');
    declare(METRICS.driftThreshold, 'gauge', 'Drift above which the HPAs take over.');
    declare(METRICS.objective, 'gauge', 'J over the last interval.');
    declare(METRICS.metricAge, 'gauge', 'Age of the oldest metric that a decision went by, seconds.');
    declare(METRICS.replicas, 'gauge', 'Replicas by service: current, and as the agents want within the caps.');
    declare(
      METRICS.decisionSeconds,
      'histogram',
      'Seconds from what was observed to the end of the decision, its writes included.',
      SECONDS,
    );
    declare(METRICS.refreshDue, 'gauge', '1 where the Transfer asks for a new twin or new policies.');
    this.#registry.set(METRICS.leader, 0);
    for (const what of ['twin', 'policies']) this.#registry.set(METRICS.refreshDue, 0, { what });
  }

  text(): string {
    return this.#registry.text();
  }

  /** `seconds` is the time since the cluster was observed. */
  record(record: AuditRecord, seconds: number): void {
    switch (record.type) {
      case 'decision':
        return this.#decide(record, seconds);
      case 'write':
        if (record.dryRun) return;
        return this.#registry.add(METRICS.writes, { type: String(record.write.type), result: record.result });
      case 'stage':
        this.#registry.clear(METRICS.stage);
        this.#registry.set(METRICS.stage, 1, { stage: record.stage });
        if (record.terms) this.#registry.set(METRICS.driftThreshold, record.terms.driftThreshold);
        if (record.ended) this.#registry.add(METRICS.fallbacks, { ended: record.ended });
    }
  }

  lease(event: LeaseEvent): void {
    switch (event.event) {
      case 'held':
        return this.#registry.set(METRICS.leader, 1);
      case 'lost':
      case 'released':
        this.#registry.clear(METRICS.stage);
        return this.#registry.set(METRICS.leader, 0);
      case 'restored':
        return this.#registry.add(METRICS.restored, {}, event.services.length);
      case 'failed':
        return this.#registry.add(METRICS.failures);
      case 'waiting':
        return;
    }
  }

  offer({ what }: Offer): void {
    this.#registry.set(METRICS.refreshDue, 1, { what });
  }

  #decide(record: DecisionRecord, seconds: number): void {
    const registry = this.#registry;
    registry.add(METRICS.decisions, { stage: record.stage, outcome: record.outcome });
    if (record.outcome === 'hold') registry.add(METRICS.holds);
    registry.set(METRICS.drift, record.drift);
    registry.set(METRICS.objective, record.objective);
    registry.set(METRICS.metricAge, record.oldestMetric);
    registry.observe(METRICS.decisionSeconds, seconds);
    for (const [service, current] of Object.entries(record.current)) {
      registry.set(METRICS.replicas, current, { service, of: 'current' });
      registry.set(METRICS.replicas, record.limited[service], { service, of: 'agents' });
    }
  }
}
