/** MAPPO's update: clipped policy steps per agent and regression steps of the central critic (Yu et al. 2022). */
import type { Random } from '../../cluster/random.ts';
import type { Network } from '../../nn/backend.ts';
import type { Algorithm } from '../../spec/model.ts';
import { normalise } from './advantage.ts';
import { gatherRows, rowsWithChoice, type AgentBuffer, type RolloutBuffer } from './buffer.ts';

/** A policy minibatch below this size says more about luck than about the policy; such rows wait for another iteration. */
const SMALLEST_MINIBATCH = 8;

export interface UpdateSchedule {
  readonly learningRate: number;
  readonly entropy: number;
}

export interface PolicyUpdate {
  readonly loss: number;
  readonly entropy: number;
  readonly kl: number;
  readonly clipFraction: number;
  readonly gradientNorm: number;
  /** Rows at which the agent had a choice. */
  readonly rows: number;
}

/** Epochs x minibatches of one agent's policy; reports means over the minibatches. */
export function updatePolicy(
  network: Network,
  buffer: AgentBuffer,
  heads: number,
  algorithm: Algorithm,
  schedule: UpdateSchedule,
  random: Random,
): PolicyUpdate {
  const total = buffer.logProbabilities.length;
  const rows = rowsWithChoice(buffer.masks, total, heads);
  const sums = { loss: 0, entropy: 0, kl: 0, clipFraction: 0, gradientNorm: 0 };
  const size = Math.ceil(rows.length / algorithm.minibatches);
  if (size < SMALLEST_MINIBATCH) return { ...sums, rows: rows.length };
  const inputs = new Float32Array(size * network.shape.inputs);
  const masks = new Uint8Array(size * network.shape.outputs);
  const actions = new Int32Array(size * heads);
  const logProbabilities = new Float32Array(size);
  const advantages = new Float32Array(size);
  let batches = 0;
  for (let epoch = 0; epoch < algorithm.epochs; epoch++) {
    random.shuffle(rows);
    for (let start = 0; start < rows.length; start += size) {
      const chosen = rows.subarray(start, Math.min(start + size, rows.length));
      if (chosen.length < SMALLEST_MINIBATCH) continue;
      const advantage = gatherRows(buffer.advantages, 1, chosen, advantages);
      normalise(advantage);
      const report = network.trainPolicy(
        {
          rows: chosen.length,
          inputs: gatherRows(buffer.inputs, network.shape.inputs, chosen, inputs),
          heads,
          masks: gatherRows(buffer.masks, network.shape.outputs, chosen, masks),
          actions: gatherRows(buffer.actions, heads, chosen, actions),
          logProbabilities: gatherRows(buffer.logProbabilities, 1, chosen, logProbabilities),
          advantages: advantage,
          clip: algorithm.clip,
          entropy: schedule.entropy,
        },
        { learningRate: schedule.learningRate, maxGradient: algorithm.maxGradient.actor },
      );
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += report[key];
      batches++;
    }
  }
  for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] /= batches;
  return { ...sums, rows: rows.length };
}

/** Epochs x minibatches of the critic: one output per agent, targets = advantages + values. Reports the mean loss. */
export function updateCritic(network: Network, buffer: RolloutBuffer, algorithm: Algorithm, random: Random): number {
  const total = buffer.truncated.length;
  const outputs = buffer.agents.length;
  const targets = new Float32Array(total * outputs);
  for (const [a, agent] of buffer.agents.entries())
    for (let row = 0; row < total; row++) targets[row * outputs + a] = agent.advantages[row] + agent.values[row];
  const size = Math.ceil(total / algorithm.minibatches);
  const inputs = new Float32Array(size * network.shape.inputs);
  const target = new Float32Array(size * outputs);
  const rows = Int32Array.from({ length: total }, (_, i) => i);
  let loss = 0;
  let batches = 0;
  for (let epoch = 0; epoch < algorithm.epochs; epoch++) {
    random.shuffle(rows);
    for (let start = 0; start < total; start += size) {
      const chosen = rows.subarray(start, Math.min(start + size, total));
      const report = network.trainRegression(
        {
          rows: chosen.length,
          inputs: gatherRows(buffer.criticInputs, network.shape.inputs, chosen, inputs),
          targets: gatherRows(targets, outputs, chosen, target),
        },
        { learningRate: algorithm.criticLearningRate, maxGradient: algorithm.maxGradient.critic },
      );
      loss += report.loss;
      batches++;
    }
  }
  return loss / batches;
}
