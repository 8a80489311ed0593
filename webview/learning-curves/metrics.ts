import type { MetricName } from '../../src/runs/metric-names.ts';
import { t } from '../shared/l10n.ts';

/** What can be shown, in the order in which it is. The ids are those of the journal's metrics, and two that are made of its other events. */
export interface Metric {
  readonly id: MetricName | 'judged' | 'charts/SPS';
  readonly title: string;
  readonly unit: string;
  readonly about: string;
  /** Shown unless the user chooses otherwise. */
  readonly usual: boolean;
}

export const METRICS: readonly Metric[] = [
  metric(
    'judged',
    t('J of the policies'),
    t('mean J'),
    t(
      'Mean J of an episode on days kept for choosing; the most probable option is taken, as on a cluster. The best of these policies are kept. Never smoothed.',
    ),
  ),
  metric(
    'cluster/objective',
    t('J while training'),
    t('mean J'),
    t(
      'Options are still tried at random and episodes start from random replicas: lower than what is learned. The HPA meets the same episodes.',
    ),
  ),
  metric(
    'charts/episodic_return',
    t('Return'),
    t('mean J'),
    t('Mean J of the episodes that ended in an iteration. The convergence rule uses it.'),
  ),
  metric('cluster/success', t('Success'), t('share'), t('Share of received requests that succeeded.')),
  metric('cluster/latency', t('Latency'), t('seconds'), t('Mean latency of requests.')),
  metric('cluster/pending', t('Pending'), t('requests'), t('Mean number of requests waiting in all services.')),
  metric(
    'guides/compliance',
    t('Role compliance'),
    t('share'),
    t('Share of decisions that the role of the agent allows.'),
  ),
  metric('losses/entropy', t('Entropy'), t('nats'), t('Entropy of the policies. It falls as they become sure.')),
  metric(
    'losses/approx_kl',
    t('KL divergence'),
    t('nats'),
    t('How far an update moved the policies. Steps that are too large show as peaks.'),
  ),
  metric(
    'losses/clipfrac',
    t('Clip fraction'),
    t('share'),
    t('Share of decisions whose change was cut by the clipping of PPO.'),
  ),
  metric('losses/value_loss', t('Value loss'), t('squared error'), t('Squared error of the critic.')),
  metric(
    'cluster/resilience',
    t('Resilience'),
    'or(s)',
    t('Operational resilience: J without the cost of CPU.'),
    false,
  ),
  metric(
    'cluster/latency_compliance',
    t('Latency compliance'),
    t('share'),
    t('Share of accounting intervals with latency within the maximum.'),
    false,
  ),
  metric(
    'cluster/moves_per_hour',
    t('Moves'),
    t('pods an hour'),
    t('Pods by which desired replicas were changed. Near 0 the policy has become a constant.'),
    false,
  ),
  metric('losses/policy_loss', t('Policy loss'), t('loss'), t('Clipped objective of the policies.'), false),
  metric(
    'losses/explained_variance',
    t('Explained variance'),
    t('share'),
    t('How much of the returns the critic explains; 1 is all.'),
    false,
  ),
  metric(
    'losses/gradient_norm',
    t('Gradient norm'),
    t('norm'),
    t('Norm of the policies’ gradients before clipping.'),
    false,
  ),
  metric('charts/learning_rate', t('Learning rate'), t('rate'), t('Step size of the policies’ optimizer.'), false),
  metric('charts/entropy_weight', t('Entropy weight'), t('weight'), t('Weight of the entropy in the loss.'), false),
  metric('charts/SPS', t('Speed'), t('steps per second'), t('Training steps per second.'), false),
];

function metric(id: Metric['id'], title: string, unit: string, about: string, usual = true): Metric {
  return { id, title, unit, about, usual };
}
