/**
 * Names of what a training iteration reports. `losses/` and `charts/` are those of CleanRL and other trainers of the field; our own
 * stand in `cluster/` (what the clusters of the iteration went through) and `guides/`.
 */

/** What the names are now, by what they were in journals of earlier versions. */
const NAME_NOW = {
  policyLoss: 'losses/policy_loss',
  valueLoss: 'losses/value_loss',
  entropy: 'losses/entropy',
  kl: 'losses/approx_kl',
  clipFraction: 'losses/clipfrac',
  explainedVariance: 'losses/explained_variance',
  gradientNorm: 'losses/gradient_norm',
  learningRate: 'charts/learning_rate',
  entropyWeight: 'charts/entropy_weight',
  episodeReturn: 'charts/episodic_return',
  converged: 'charts/converged',
  objective: 'cluster/objective',
  hpaObjective: 'cluster/hpa_objective',
  resilience: 'cluster/resilience',
  success: 'cluster/success',
  latency: 'cluster/latency',
  latencyCompliance: 'cluster/latency_compliance',
  pending: 'cluster/pending',
  movesPerHour: 'cluster/moves_per_hour',
  compliance: 'guides/compliance',
} as const;

export type MetricName = (typeof NAME_NOW)[keyof typeof NAME_NOW];

/** The metrics of an iteration by the names of now. Names that are not known stay as they are. */
export function withNamesOfNow<T>(metrics: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const names: Readonly<Record<string, string>> = NAME_NOW;
  const entries = Object.entries(metrics);
  if (!entries.some(([name]) => Object.hasOwn(names, name))) return metrics;
  return Object.fromEntries(entries.map(([name, value]) => [Object.hasOwn(names, name) ? names[name] : name, value]));
}
