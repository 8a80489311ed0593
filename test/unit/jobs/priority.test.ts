import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const AUTOGROUP = '/proc/self/autogroup';

interface Priorities {
  readonly process: number;
  /** The priority of the session on Linux; empty on other systems. */
  readonly session: string;
}

interface Started {
  readonly detached: boolean;
  /** The value of KARMA_GIVE_WAY. */
  readonly way?: string;
}

describe('the priority of a background job', () => {
  /** The priorities of a separate process that does a job of a kind, because a process cannot undo a lower priority. */
  async function prioritiesFor(kind: string, { detached, way = '' }: Started): Promise<Priorities> {
    const program = `
      import { getPriority } from 'node:os';
      import { existsSync, readFileSync } from 'node:fs';
      import { giveWay } from './src/jobs/running/priority.ts';
      giveWay('${kind}');
      const session = existsSync('${AUTOGROUP}') ? readFileSync('${AUTOGROUP}', 'utf8').trim().split(' ').pop() : '';
      process.stdout.write(JSON.stringify({ process: getPriority(), session }));`;
    const args = ['--input-type=module', '--eval', program];
    const env = { ...process.env, KARMA_GIVE_WAY: way };
    const child = spawn(process.execPath, args, { cwd: root, env, detached, stdio: ['ignore', 'pipe', 'inherit'] });
    return JSON.parse(await text(child.stdout)) as Priorities;
  }

  const below = Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL);

  it('A background job that only computes has a priority below normal', async () => {
    for (const kind of ['run', 'fit', 'train', 'analyze', 'evaluate'])
      assert.equal((await prioritiesFor(kind, { detached: true })).process, below, kind);
  });

  it('A background job that follows a clock has the normal priority', async () => {
    for (const kind of ['collect', 'transfer'])
      assert.equal((await prioritiesFor(kind, { detached: true })).process, getPriority(), kind);
  });

  it('A background job gives way with the session that it leads, and leaves the session of a terminal as it is', async function () {
    // Windows and macOS share the processor among processes only.
    if (!existsSync(AUTOGROUP)) this.skip();
    const ours = readFileSync(AUTOGROUP, 'utf8').trim().split(' ').pop();
    const inTerminal = await prioritiesFor('train', { detached: false });
    assert.deepEqual(inTerminal, { process: below, session: ours });
    const led = await prioritiesFor('train', { detached: true });
    assert.deepEqual(led, { process: below, session: String(constants.priority.PRIORITY_BELOW_NORMAL) });
    const shares = await prioritiesFor('train', { detached: true, way: 'process' });
    assert.deepEqual(shares, { process: below, session: '0' });
  });
});
