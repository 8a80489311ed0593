/** The experience of one iteration: horizon x environments rows, row = step * environments + environment. */
import type { AgentView } from '../../deciding/perception.ts';

export interface AgentBuffer {
  /** [row x features] */
  readonly inputs: Float32Array;
  /** [row x options] the mask under which the action was taken: PPO's ratio is computed under the same. */
  readonly masks: Uint8Array;
  /** [row x heads] */
  readonly actions: Int32Array;
  readonly logProbabilities: Float32Array;
  /** [row] */
  readonly rewards: Float32Array;
  readonly values: Float32Array;
  readonly nextValues: Float32Array;
  readonly advantages: Float32Array;
}

export interface RolloutBuffer {
  readonly horizon: number;
  readonly environments: number;
  readonly agents: readonly AgentBuffer[];
  /** [row x critic inputs] */
  readonly criticInputs: Float32Array;
  /** [row] 1 = the episode was cut after this step. */
  readonly truncated: Uint8Array;
}

export function makeBuffer(
  horizon: number,
  environments: number,
  views: readonly AgentView[],
  criticInputs: number,
): RolloutBuffer {
  const rows = horizon * environments;
  return {
    horizon,
    environments,
    agents: views.map(({ layout, features }) => ({
      inputs: new Float32Array(rows * features.size),
      masks: new Uint8Array(rows * layout.options.length),
      actions: new Int32Array(rows * layout.heads),
      logProbabilities: new Float32Array(rows),
      rewards: new Float32Array(rows),
      values: new Float32Array(rows),
      nextValues: new Float32Array(rows),
      advantages: new Float32Array(rows),
    })),
    criticInputs: new Float32Array(rows * criticInputs),
    truncated: new Uint8Array(rows),
  };
}

/**
 * Rows at which the agent had a choice. If the mask leaves only `hold` the policy has no gradient. Such rows, most of those of a
 * guided role, would only dilute the minibatch.
 */
export function rowsWithChoice(masks: Uint8Array, rows: number, heads: number): Int32Array {
  const options = masks.length / rows;
  const kept = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    let allowed = 0;
    for (let o = row * options; o < (row + 1) * options; o++) allowed += masks[o];
    if (allowed > heads) kept[count++] = row;
  }
  return kept.slice(0, count);
}

/** Copies the chosen rows of a row-major matrix. */
export function gatherRows<T extends Float32Array | Int32Array | Uint8Array>(
  from: T,
  width: number,
  rows: Int32Array,
  into: T,
): T {
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i] * width;
    for (let c = 0; c < width; c++) into[i * width + c] = from[start + c];
  }
  return into.subarray(0, rows.length * width) as T;
}
