/** The methods held against SciPy, scikit-learn and dtaidistance on the same inputs. The first run installs them (test/peers). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agglomerate, type LinkageMethod } from '../../../src/analyzing/groups/agglomerative.ts';
import type { CondensedDistances } from '../../../src/analyzing/groups/condensed-distances.ts';
import { cutByCount, cutByHeight } from '../../../src/analyzing/groups/dendrogram-cuts.ts';
import { pairwiseWarping } from '../../../src/analyzing/warping/dynamic-time-warping.ts';
import { kMeans } from '../../../src/analyzing/groups/k-means.ts';
import { adjustedRandIndex, purity } from '../../../src/analyzing/groups/partitions.ts';
import { silhouette } from '../../../src/analyzing/groups/silhouette.ts';
import { Random } from '../../../src/cluster/random.ts';

const METHODS: readonly LinkageMethod[] = ['single', 'complete', 'average', 'ward'];
const COUNTS = [2, 3, 5, 9];
const KMEANS_SEEDS = 20;

const random = new Random(7);
const normals = (count: number) => Float64Array.from({ length: count }, () => random.normal());

/** Equal lengths where there is a band: on others dtaidistance shifts its window. */
const warpings = [1, 2, 7].flatMap((dimension) =>
  [undefined, 3, 10].map((band) => ({
    dimension,
    band,
    sequences: Array.from({ length: 12 }, () => normals(dimension * (band === undefined ? random.integer(1, 60) : 50))),
  })),
);

const pointsOf = (count: number, dimension: number): Float64Array => {
  const values = normals(count * dimension);
  // Four groups, so that the structure is worth finding.
  for (let i = 0; i < count; i++) values[i * dimension] += 6 * (i % 4);
  return values;
};

function euclidean(points: Float64Array, dimension: number): CondensedDistances {
  const count = points.length / dimension;
  const row = (i: number) => Array.from(points.subarray(i * dimension, (i + 1) * dimension));
  const values: number[] = [];
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) values.push(Math.hypot(...row(i).map((value, d) => value - row(j)[d])));
  return { count, values: Float64Array.from(values) };
}

const dendrograms = METHODS.flatMap((method) =>
  [20, 60].map((count) => ({ method, distances: euclidean(pointsOf(count, 3), 3), heights: [1, 2, 4] })),
);
const clouds = [2, 4, 7].map((groups) => ({ groups, dimension: 3, points: pointsOf(160, 3) }));
const divisions = [2, 3, 6].map((groups) => ({
  distances: euclidean(pointsOf(50, 2), 2),
  labels: Array.from({ length: 50 }, (_, i) => (i < groups ? i : random.integer(0, groups - 1))),
  classes: Array.from({ length: 50 }, (_, i) => (i + random.integer(0, 1)) % 4),
}));

interface Reference {
  readonly distances: number[][];
  readonly dendrogram: { linkage: number[][]; cuts: number[][]; cutsByHeight: number[][] }[];
  readonly inertia: number[][];
  readonly scores: { silhouette: number; adjustedRandIndex: number; purity: number }[];
}

describe('the methods of the analysis, beside SciPy, scikit-learn and dtaidistance', () => {
  let reference: Reference;

  before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'karma-peers-'));
    const file = (path: string) => fileURLToPath(new URL(`../../peers/${path}`, import.meta.url));
    try {
      const input = join(folder, 'cases.json');
      writeFileSync(
        input,
        JSON.stringify({
          distances: warpings.map(({ sequences, ...rest }) => ({
            ...rest,
            band: rest.band ?? null,
            sequences: sequences.map((sequence) => Array.from(sequence)),
          })),
          dendrogram: dendrograms.map(({ distances, ...rest }) => ({
            ...rest,
            counts: COUNTS,
            distances: Array.from(distances.values),
          })),
          inertia: clouds.map(({ points, ...rest }) => ({ ...rest, seeds: KMEANS_SEEDS, points: Array.from(points) })),
          scores: divisions.map((division) => ({ ...division, distances: Array.from(division.distances.values) })),
        }),
      );
      const python = execFileSync('bash', [file('install.sh')], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .at(-1)!;
      const output = execFileSync(python, [file('reference.py'), input], { encoding: 'utf8', maxBuffer: 1 << 26 });
      reference = JSON.parse(output) as Reference;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  for (const [index, { dimension, band, sequences }] of warpings.entries())
    it(`Dynamic time warping equals that of dtaidistance in dimension ${dimension}, ${band === undefined ? 'no band' : `band ${band}`}`, async () => {
      const ours = await pairwiseWarping(
        sequences.map((values) => ({ values, dimension })),
        band === undefined ? {} : { band },
      );
      assert.equal(ours.values.length, reference.distances[index].length);
      for (const [pair, distance] of ours.values.entries()) near(distance, reference.distances[index][pair], 1e-9);
    });

  for (const [index, { method, distances, heights }] of dendrograms.entries())
    it(`The linkage ${method} of ${distances.count} points and its cuts equal those of SciPy`, () => {
      const linkage = agglomerate(distances, method);
      const { linkage: rows, cuts, cutsByHeight } = reference.dendrogram[index];
      for (const [row, [a, b, distance, size]] of linkage.entries()) {
        assert.deepEqual([a, b, size], [rows[row][0], rows[row][1], rows[row][3]]);
        near(distance, rows[row][2], 1e-9);
      }
      for (const [c, count] of COUNTS.entries()) sameDivision(cutByCount(linkage, count), cuts[c]);
      for (const [h, height] of heights.entries()) sameDivision(cutByHeight(linkage, height), cutsByHeight[h]);
    });

  for (const [index, { groups, dimension, points }] of clouds.entries())
    it(`K-means into ${groups} groups has the inertia of scikit-learn over ${KMEANS_SEEDS} seeds`, () => {
      const ours = Array.from({ length: KMEANS_SEEDS }, (_, seed) =>
        kMeans({ count: points.length / dimension, dimension, values: points }, groups, {
          random: new Random(seed),
          restarts: 10,
        }),
      ).map(({ inertia }) => inertia);
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const theirs = mean(reference.inertia[index]);
      assert.ok(Math.abs(mean(ours) / theirs - 1) < 0.01, `${mean(ours)} for ${theirs}`);
    });

  for (const [index, { distances, labels, classes }] of divisions.entries())
    it(`Silhouette, adjusted Rand index and purity of division ${index + 1} equal those of scikit-learn`, () => {
      const expected = reference.scores[index];
      near(silhouette(distances, labels), expected.silhouette, 1e-12);
      near(adjustedRandIndex(labels, classes), expected.adjustedRandIndex, 1e-12);
      near(purity(labels, classes), expected.purity, 1e-12);
    });
});

function near(found: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${found} for ${expected}`);
}

/** The same groups, whatever their numbers. */
function sameDivision(ours: Int32Array, theirs: readonly number[]): void {
  assert.equal(
    adjustedRandIndex(
      ours,
      theirs.map((label) => label - 1),
    ),
    1,
  );
}
