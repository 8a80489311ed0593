/** The formulas behind fields, as the KARMA and MOISE+MARL papers give them; what is ours is said to be. */
import type { Kind } from '../../spec/schema/validators.ts';

interface Formula {
  readonly formula: string;
  readonly about: string;
}

const RESILIENCE = 'or(s) = w1 sr + w2 (1 - pfr) + w3 (1 - lr) + w4 epa + w5 tcr';

const FORMULAS: Readonly<Record<string, Formula>> = {
  'Cluster objectives': {
    formula: `J = mean of or(s) - cost * (CPU requested by scheduled pods / CPU of the nodes)\n${RESILIENCE}`,
    about:
      'Operational resilience of the paper (w = 0.2 each), minus a cost that is ours: without it, everything at maximum is optimal.',
  },
  'Cluster objectives.weights': { formula: RESILIENCE, about: 'The weights sum to 1; the paper has 0.2 each.' },
  'Cluster objectives.weights.success': {
    formula: 'sr = successful requests / received requests',
    about: 'Weight w1.',
  },
  'Cluster objectives.weights.pods': {
    formula: 'pfr = failed pods / deployed pods, counted as 1 - pfr',
    about: 'Weight w2.',
  },
  'Cluster objectives.weights.latency': {
    formula: 'lr = min(1, latency / maxLatency), counted as 1 - lr',
    about: 'Weight w3.',
  },
  'Cluster objectives.weights.entryPoints': {
    formula: 'epa = available entry points / entry points',
    about: 'Weight w4.',
  },
  'Cluster objectives.weights.traffic': {
    formula: 'tcr = min(1, outgoing traffic / expected traffic)',
    about: 'Weight w5.',
  },
  'Cluster objectives.maxLatency': {
    formula: 'lr = min(1, latency / maxLatency)',
    about: 'The paper publishes no value.',
  },
  'Cluster objectives.cost': {
    formula: 'J = mean of or(s) - cost * (CPU requested / CPU of the nodes)',
    about: 'Ours.',
  },
  'Cluster actions.maxMove': {
    formula: 'a = hold or (service, delta), delta in [-alpha, +alpha] without 0',
    about: 'maxMove is the alpha of the paper, 3 there.',
  },
  'Role rules': {
    formula: 'rag(history, observation) = (allowed actions, ch)',
    about: 'A role action guide. The mask acts on the logits before sampling.',
  },
  'Role hardness': {
    formula: 'R_i = or(s) + (1 - ch) * compliance_i + weight_i * sum_g w_g grg_g',
    about: 'hardness is ch: with probability ch the guide masks, else the compliance bonus counts [MOISE+MARL].',
  },
  'Role bonus': {
    formula: 'R_i = or(s) + (1 - ch) * compliance_i + ...',
    about: 'compliance_i of an allowed move where the guide does not mask. The value is ours.',
  },
  'Mission goals': {
    formula: 'grg(history) = reward bonus;  R_i = or(s) + ... + weight_i * sum_g w_g grg_g',
    about: 'A goal reward guide; a mission is a weighted set of goals.',
  },
  'Mission goals[].range': {
    formula: 'grg = (reward - low) / (high - low) - (high <= 0 ? 1 : 0), cut to [-1, 0] or [0, 1]',
    about: 'Makes goals of different units comparable; ours.',
  },
  'Mission goals[].weight': { formula: 'R_i = or(s) + ... + weight_i * sum_g w_g grg_g', about: 'weight is w_g.' },
  'Organization deontic.obligations': { formula: 'weight_i = 1', about: 'A mission that the role must commit to.' },
  'Organization deontic.permissions': { formula: 'weight_i = 0.5', about: 'A mission that the role may commit to.' },
  'Training twin.kind': {
    formula: 'T(s, a_d, a_a) = T_t(s, a_d, a_a) if recorded, else T_a(s, a_d, a_a)',
    about: 'The twin of the paper (recorded-then-mlp): recorded transitions, and a network for the rest.',
  },
  'Training algorithm.clip': {
    formula: 'L = E[min(r_t A_t, clip(r_t, 1 - clip, 1 + clip) A_t)],  r_t = pi(a|s) / pi_old(a|s)',
    about: 'The surrogate objective of PPO.',
  },
  'Training algorithm.lambda': {
    formula: 'A_t = sum_l (gamma lambda)^l delta_{t+l},  delta_t = r_t + gamma V(s_{t+1}) - V(s_t)',
    about: 'Generalized advantage estimate.',
  },
  'Training algorithm.gamma': { formula: 'G_t = sum_k gamma^k r_{t+k}', about: 'Discount per decision.' },
  'Training algorithm.entropy': { formula: 'L = L_clip + entropy * H(pi)', about: 'Weight of the entropy bonus.' },
  'Training convergence': {
    formula: 'std(return) < mu and mean(return) > lambda over a window of episodes',
    about: 'std is mu, mean is lambda; their values are ours.',
  },
  'Training convergence.std': { formula: 'std(return) < mu', about: 'std is mu of the paper.' },
  'Training convergence.mean': { formula: 'mean(return) > lambda', about: 'mean is lambda of the paper.' },
  'Scenario events[].attack': {
    formula: 'a_a = (entry point, rate, data): traffic + rate * kappa, crash probability + data / sigma, sigma = 10',
    about: "The attacker's action. The traffic of one kappa, 30 requests/s, is ours.",
  },
  'Scenario random[].attack': {
    formula: 'a_a = (entry point, rate, data): traffic + rate * kappa, crash probability + data / sigma, sigma = 10',
    about: "The attacker's action. The traffic of one kappa, 30 requests/s, is ours.",
  },
};

/** Markdown of the formula behind a field, by its place; undefined where there is none. */
export function formulaOf(kind: Kind, shape: string): string | undefined {
  const key = `${kind} ${shape.replace(/^spec\./, '')}`;
  if (!Object.hasOwn(FORMULAS, key)) return undefined;
  const { formula, about } = FORMULAS[key];
  return `\`\`\`text\n${formula}\n\`\`\`\n\n${about}`;
}
