/** Choosing among masked options from logits on the host, in float64. */
import { invalidRows, optionsPerHead } from '../checks.ts';
import type { ActBatch, NetworkShape } from '../backend.ts';

/** Fills the batch's actions and log-probabilities from the logits [rows x outputs]. */
export function chooseFromLogits(shape: NetworkShape, logits: Float32Array, batch: ActBatch): void {
  const { rows, heads, masks, uniforms } = batch;
  const options = optionsPerHead(shape, heads);
  let invalid = 0;
  for (let row = 0; row < rows; row++) {
    let log = 0;
    for (let head = 0; head < heads; head++) {
      const choice = chooseOption(
        logits,
        masks,
        (row * heads + head) * options,
        options,
        uniforms?.[row * heads + head],
      );
      if (!choice) {
        invalid++;
        break;
      }
      batch.actions[row * heads + head] = choice.option;
      log += choice.log;
    }
    batch.logProbabilities[row] = log;
  }
  if (invalid > 0) throw invalidRows(invalid);
}

/**
 * The option at which the cumulative probability of the allowed ones first exceeds `uniform`, or the most probable one (the first of
 * equals); undefined if none is allowed.
 */
function chooseOption(
  logits: Float32Array,
  masks: Uint8Array,
  start: number,
  options: number,
  uniform: number | undefined,
): { option: number; log: number } | undefined {
  let best = -1;
  for (let j = 0; j < options; j++) {
    if (masks[start + j] && (best < 0 || logits[start + j] > logits[start + best])) best = j;
  }
  if (best < 0) return undefined;
  const top = logits[start + best];
  let sum = 0;
  for (let j = 0; j < options; j++) if (masks[start + j]) sum += Math.exp(logits[start + j] - top);
  let option = best;
  if (uniform !== undefined) {
    let cumulative = 0;
    for (let j = 0; j < options && cumulative <= uniform * sum; j++) {
      if (!masks[start + j]) continue;
      option = j;
      cumulative += Math.exp(logits[start + j] - top);
    }
  }
  return { option, log: logits[start + option] - top - Math.log(sum) };
}
