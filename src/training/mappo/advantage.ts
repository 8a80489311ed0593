/**
 * Generalised advantage estimation (Schulman et al. 2016, eq. 16), with truncation kept apart from termination: at a
 * truncated step the value of the state that followed is bootstrapped and the sum over later steps stops. Episodes here
 * never terminate, they are only cut.
 */
export interface AdvantageInput {
  readonly steps: number;
  readonly environments: number;
  /** [step x environment] */
  readonly rewards: Float32Array;
  /** [step x environment] value of the state in which the step was taken. */
  readonly values: Float32Array;
  /** [step x environment] value of the state that followed, before any reset. */
  readonly nextValues: Float32Array;
  /** [step x environment] 1 = the episode was cut after this step. */
  readonly truncated: Uint8Array;
  readonly gamma: number;
  readonly lambda: number;
}

/** Writes advantages [step x environment]; the critic's targets are advantages + values. */
export function estimateAdvantages(input: AdvantageInput, advantages: Float32Array): void {
  const { steps, environments, rewards, values, nextValues, truncated, gamma, lambda } = input;
  for (let e = 0; e < environments; e++) {
    let later = 0;
    for (let t = steps - 1; t >= 0; t--) {
      const i = t * environments + e;
      if (truncated[i]) later = 0;
      // delta_t = r_t + gamma V(s_t+1) - V(s_t);  A_t = delta_t + gamma lambda A_t+1
      later = rewards[i] + gamma * nextValues[i] - values[i] + gamma * lambda * later;
      advantages[i] = later;
    }
  }
}

/** Scales to mean 0 and standard deviation 1, in place. */
export function normalise(values: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
  const scale = 1 / (Math.sqrt(squares / values.length) + 1e-8);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - mean) * scale;
}

/** 1 - Var(targets - values) / Var(targets): 1 is a perfect critic, 0 one that knows the mean only. */
export function explainedVariance(values: Float32Array, targets: Float32Array): number {
  const variance = (of: (i: number) => number): number => {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < targets.length; i++) {
      sum += of(i);
      squares += of(i) ** 2;
    }
    return squares / targets.length - (sum / targets.length) ** 2;
  };
  const total = variance((i) => targets[i]);
  return total < 1e-12 ? 0 : 1 - variance((i) => targets[i] - values[i]) / total;
}
