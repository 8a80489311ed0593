import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMESPACE } from '../../fake-kubernetes/namespace.ts';
import { copySmallSample } from './cli-helpers.ts';

/** Copies the small sample, with the fake cluster of test/fake-kubernetes in place of a real one. */
export function copyRealClusterSample(target: string): void {
  copySmallSample(target);
  edit(join(target, 'cluster.karma.yaml'), [
    [/source: emulator.*/, 'source: prometheus'],
    [/# prometheus: \{ service/, 'prometheus: { service'],
    [/namespace: chained-services/, `namespace: ${NAMESPACE}`],
  ]);
  edit(join(target, 'transfer.karma.yaml'), [[/target: .*/, `target: { context: fake, namespace: ${NAMESPACE} }`]]);
}

function edit(path: string, changes: readonly (readonly [RegExp, string])[]): void {
  let text = readFileSync(path, 'utf8');
  for (const [pattern, replacement] of changes) {
    assert.match(text, pattern);
    text = text.replace(pattern, replacement);
  }
  writeFileSync(path, text);
}
