import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

describe('the priority of a background job', () => {
  /** The priority of a separate process that does a job of a kind, because a process cannot undo a lower priority. */
  const priorityFor = (kind: string): number => {
    const program = `
      import { getPriority } from 'node:os';
      import { giveWay } from './src/jobs/running/priority.ts';
      giveWay('${kind}');
      process.stdout.write(String(getPriority()));`;
    const args = ['--input-type=module', '--eval', program];
    return Number(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
  };

  it('A background job that only computes has a priority below normal', () => {
    for (const kind of ['run', 'fit', 'train', 'analyze', 'evaluate'])
      assert.equal(priorityFor(kind), Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL), kind);
  });

  it('A background job that follows a clock has the normal priority', () => {
    for (const kind of ['collect', 'transfer']) assert.equal(priorityFor(kind), getPriority(), kind);
  });
});
