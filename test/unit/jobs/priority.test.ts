import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

describe('the priority of a background job', () => {
  /** Of a process of its own that does a job of a kind: a lower one cannot be taken back. */
  const priorityFor = (kind: string): number => {
    const program = `
      import { getPriority } from 'node:os';
      import { giveWay } from './src/jobs/running/priority.ts';
      giveWay('${kind}');
      process.stdout.write(String(getPriority()));`;
    const args = ['--input-type=module', '--eval', program];
    return Number(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
  };

  it('is below normal where it only computes', () => {
    for (const kind of ['run', 'fit', 'train', 'analyze', 'evaluate'])
      assert.equal(priorityFor(kind), Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL), kind);
  });

  it('is that of any process where it has to be in time', () => {
    for (const kind of ['collect', 'transfer']) assert.equal(priorityFor(kind), getPriority(), kind);
  });
});
