/** The measures that relations.ts defines, on one window. All take time linear in the steps. */
import type { RelationWindow } from './relation-windows.ts';

const DIRECTIONS = 3;

/** Mean over the episodes in which both moved of sum_s min(p_i(s), p_j(s)); 0 where there is none. */
export function acquaintance({ segments, services }: RelationWindow, i: number, j: number): number {
  let [sum, count] = [0, 0];
  for (const { moved } of segments) {
    const [a, b] = [moved[i], moved[j]];
    const [totalA, totalB] = [a.reduce((x, y) => x + y, 0), b.reduce((x, y) => x + y, 0)];
    if (totalA === 0 || totalB === 0) continue;
    for (let s = 0; s < services; s++) sum += Math.min(a[s] / totalA, b[s] / totalB);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** I(i at t; j at t+1 | j at t, situation at t+1) and H(j at t+1 | j at t, situation at t+1), in nats, from counts. */
export function authority(
  { segments }: RelationWindow,
  i: number,
  j: number,
): { information: number; entropy: number } {
  const situations = 1 + segments.reduce((most, { situation }) => situation.reduce((x, y) => Math.max(x, y), most), 0);
  // [condition = situation x j before][i before][j now]
  const counts = new Float64Array(situations * DIRECTIONS ** 3);
  for (const { steps, directions, situation } of segments)
    for (let t = 1; t < steps; t++) {
      const condition = situation[t] * DIRECTIONS + directions[j][t - 1];
      counts[(condition * DIRECTIONS + directions[i][t - 1]) * DIRECTIONS + directions[j][t]]++;
    }
  let [information, entropy, total] = [0, 0, 0];
  for (let condition = 0; condition < situations * DIRECTIONS; condition++) {
    const cell = counts.subarray(condition * DIRECTIONS ** 2, (condition + 1) * DIRECTIONS ** 2);
    const before = new Float64Array(DIRECTIONS);
    const now = new Float64Array(DIRECTIONS);
    for (let x = 0; x < DIRECTIONS; x++)
      for (let y = 0; y < DIRECTIONS; y++) {
        before[x] += cell[x * DIRECTIONS + y];
        now[y] += cell[x * DIRECTIONS + y];
      }
    const all = now.reduce((sum, count) => sum + count, 0);
    total += all;
    for (let y = 0; y < DIRECTIONS; y++) {
      if (now[y] > 0) entropy -= now[y] * Math.log(now[y] / all);
      for (let x = 0; x < DIRECTIONS; x++) {
        const both = cell[x * DIRECTIONS + y];
        if (both > 0) information += both * Math.log((both * all) / (before[x] * now[y]));
      }
    }
  }
  return total === 0 ? { information: 0, entropy: 0 } : { information: information / total, entropy: entropy / total };
}

/** Share of steps at which both move, and the most it could be: the smaller share at which one of them moves. */
export function communication({ segments }: RelationWindow, i: number, j: number): { together: number; most: number } {
  let [both, first, second, total] = [0, 0, 0, 0];
  for (const { steps, directions } of segments)
    for (let t = 0; t < steps; t++) {
      const [a, b] = [Number(directions[i][t] !== 1), Number(directions[j][t] !== 1)];
      both += a & b;
      first += a;
      second += b;
      total++;
    }
  return total === 0 ? { together: 0, most: 0 } : { together: both / total, most: Math.min(first, second) / total };
}
