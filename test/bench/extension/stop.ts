import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal } from '../../../src/runs/journal.ts';
import { journalPath } from '../../../src/runs/run-directory.ts';
import { eventually } from '../../browser/harness/eventually.ts';
import type { Session } from '../../browser/harness/session.ts';
import { addQuickTraining, shareDone, startQuickTraining } from '../../browser/harness/training.ts';

/** Milliseconds from the user's wish to stop, which is a file, to its acknowledgement and to its end in the journal. */
export async function measureStop({
  workbench,
  folder,
}: Session): Promise<{ readonly acknowledged: number; readonly checkpointed: number }> {
  addQuickTraining(folder);
  const directory = await startQuickTraining(workbench, folder);
  await eventually('it is in the middle', () => shareDone(directory) > 0.3, 300_000);
  await workbench.run('KARMA: Stop Run');
  const wished = await eventually('the wish is there', () => statSync(join(directory, 'stop')).mtimeMs);
  const timeOf = (type: 'stopRequested' | 'stopped'): Promise<number> =>
    eventually(`the journal has "${type}"`, () => {
      const { events } = readJournal(journalPath(directory));
      return events.findLast((event) => event.type === type)?.t;
    });
  return {
    acknowledged: (await timeOf('stopRequested')) - wished,
    checkpointed: (await timeOf('stopped')) - wished,
  };
}
