/** Caps on what one decision may change. They apply to every proposal, whoever makes it. */
import type { Cluster, Transfer } from '../spec/model.ts';

export interface LimitedDecision {
  /** [services] replicas within all limits. */
  readonly replicas: Int32Array;
  /** One sentence for each cap that changed the proposal. */
  readonly caps: readonly string[];
}

/**
 * Limits a proposal to (1) the replica bounds, (2) `limits.move` pods per service, (3) `limits.podsPerDecision` over all
 * services. If a decision's budget is short, growth goes first, since a missing pod does harm sooner than an idle one.
 */
export function limitDecision(
  cluster: Cluster,
  limits: Transfer['limits'],
  current: ArrayLike<number>,
  proposed: ArrayLike<number>,
): LimitedDecision {
  const caps: string[] = [];
  const replicas = Int32Array.from(current);
  const moves = cluster.services.map((service, s) => {
    const bounded = Math.max(service.replicas.min, Math.min(service.replicas.max, proposed[s]));
    if (bounded !== proposed[s]) caps.push(`${service.name}: ${proposed[s]} replicas cut to its bounds, ${bounded}`);
    const move = bounded - current[s];
    const cut = Math.max(-limits.move, Math.min(limits.move, move));
    if (cut !== move) caps.push(`${service.name}: a move of ${move} cut to ${cut} (limits.move ${limits.move})`);
    return cut;
  });
  let budget = limits.podsPerDecision;
  const growthFirst = moves.map((_, s) => s).sort((a, b) => moves[b] - moves[a] || a - b);
  for (const s of growthFirst) {
    const size = Math.min(Math.abs(moves[s]), budget);
    if (size < Math.abs(moves[s]))
      caps.push(
        `${cluster.services[s].name}: a move of ${moves[s]} cut to ${Math.sign(moves[s]) * size} (limits.podsPerDecision ${limits.podsPerDecision})`,
      );
    replicas[s] = current[s] + Math.sign(moves[s]) * size;
    budget -= size;
  }
  return { replicas, caps };
}
