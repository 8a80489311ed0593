/** K-means with the seeding of Arthur and Vassilvitskii 2007 (k-means++) and the iteration of Lloyd 1982. */
import type { Random } from '../../cluster/random.ts';

export interface Points {
  readonly count: number;
  readonly dimension: number;
  /** [count x dimension] */
  readonly values: Float64Array;
}

export interface KMeans {
  /** [groups x dimension] */
  readonly centers: Float64Array;
  readonly labels: Int32Array;
  readonly groups: number;
  /** Sum of squared distances to the own center. */
  readonly inertia: number;
}

export interface KMeansOptions {
  readonly random: Random;
  /** Runs from other starts; the one with the least inertia counts. */
  readonly restarts?: number;
  readonly maxIterations?: number;
}

/**
 * Never more groups than distinct points. A group that loses its last point is set anew on the point that is farthest from
 * its center. No points give no groups.
 */
export function kMeans(points: Points, groups: number, options: KMeansOptions): KMeans {
  const { random, restarts = 4, maxIterations = 100 } = options;
  let best: KMeans | undefined;
  for (let run = 0; run < restarts; run++) {
    const result = lloyd(points, seedCenters(points, groups, random), maxIterations);
    if (!best || result.inertia < best.inertia) best = result;
  }
  return best ?? { centers: new Float64Array(), labels: new Int32Array(), groups: 0, inertia: 0 };
}

/** The first center uniform, each further one with probability proportional to the squared distance to the nearest. */
function seedCenters({ count, dimension, values }: Points, groups: number, random: Random): Float64Array {
  if (count === 0) return new Float64Array();
  const rowOf = (i: number) => values.subarray(i * dimension, (i + 1) * dimension);
  const centers: Float64Array[] = [rowOf(random.integer(0, count - 1))];
  const nearest = new Float64Array(count).fill(Infinity);
  while (centers.length < groups) {
    const last = centers[centers.length - 1];
    let total = 0;
    for (let i = 0; i < count; i++) {
      nearest[i] = Math.min(nearest[i], squaredDistance(values, i, last, 0, dimension));
      total += nearest[i];
    }
    if (total === 0) break;
    let left = random.uniform() * total;
    let pick = nearest.findLastIndex((distance) => distance > 0);
    for (let i = 0; i < pick; i++) {
      left -= nearest[i];
      if (left < 0) pick = i;
    }
    centers.push(rowOf(pick));
  }
  return Float64Array.from(centers.flatMap((center) => Array.from(center)));
}

function lloyd({ count, dimension, values }: Points, centers: Float64Array, maxIterations: number): KMeans {
  const groups = dimension === 0 ? 0 : centers.length / dimension;
  const labels = new Int32Array(count).fill(-1);
  const distances = new Float64Array(count);
  const sizes = new Int32Array(groups);
  for (let iteration = 0; ; iteration++) {
    const changed = assign();
    if (!changed || iteration === maxIterations)
      return { centers, labels, groups, inertia: distances.reduce((sum, distance) => sum + distance, 0) };
    moveCenters();
  }

  function assign(): boolean {
    let changed = false;
    for (let i = 0; i < count; i++) {
      let best = 0;
      let least = Infinity;
      for (let g = 0; g < groups; g++) {
        const distance = squaredDistance(values, i, centers, g, dimension);
        if (distance < least) {
          best = g;
          least = distance;
        }
      }
      changed ||= labels[i] !== best;
      labels[i] = best;
      distances[i] = least;
    }
    return changed;
  }

  function moveCenters(): void {
    centers.fill(0);
    sizes.fill(0);
    for (let i = 0; i < count; i++) {
      sizes[labels[i]]++;
      for (let d = 0; d < dimension; d++) centers[labels[i] * dimension + d] += values[i * dimension + d];
    }
    for (let g = 0; g < groups; g++) {
      if (sizes[g] > 0) {
        for (let d = 0; d < dimension; d++) centers[g * dimension + d] /= sizes[g];
        continue;
      }
      const farthest = distances.reduce((best, distance, i) => (distance > distances[best] ? i : best), 0);
      centers.set(values.subarray(farthest * dimension, (farthest + 1) * dimension), g * dimension);
      distances[farthest] = 0;
    }
  }
}

function squaredDistance(values: Float64Array, i: number, centers: Float64Array, g: number, dimension: number): number {
  let sum = 0;
  for (let d = 0, p = i * dimension, c = g * dimension; d < dimension; d++, p++, c++) {
    const difference = values[p] - centers[c];
    sum += difference * difference;
  }
  return sum;
}
