import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/* Who changes anything on a cluster, by what the sources say: docs/architecture.md, invariant 5. */

const sources = join(import.meta.dirname, '../../../../src');

/** Files below src/ in which a line matches. */
const filesWith = (pattern: RegExp): string[] =>
  readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && pattern.test(readFileSync(join(sources, name), 'utf8')))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();

describe('What writes to a cluster', () => {
  it('are four files: the writer of transfers, its lease, the objects of an installation, and questions about rights', () => {
    assert.deepEqual(filesWith(/method: '(POST|PUT|PATCH|DELETE)'/), [
      'cluster/kubernetes/kubernetes-cluster.ts',
      'cluster/kubernetes/writing/lease.ts',
      'cluster/kubernetes/writing/preflight.ts',
      'operating/install/installation.ts',
    ]);
  });

  it('scales and edits HPAs by transferring/apply.ts alone', () => {
    assert.deepEqual(filesWith(/await cluster\.write\(/), ['transferring/apply.ts']);
  });

  it('applies and deletes objects by operating/install/installation.ts alone', () => {
    assert.deepEqual(filesWith(/method: '(PATCH|DELETE)'/), ['operating/install/installation.ts']);
  });
});
