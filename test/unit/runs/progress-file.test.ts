import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { progressWriter, readProgress } from '../../../src/runs/progress-file.ts';
import { useFolder } from './helpers.ts';

const at = (done: number) => ({ done, total: 100, unit: 'steps', what: 'training' });

describe('progress file', () => {
  const folder = useFolder();

  it('The progress file is written at most once a second, and at the end of each part', () => {
    let now = 1000;
    const write = progressWriter(folder(), () => now);
    assert.equal(readProgress(folder()), undefined);
    write(at(1));
    now += 999;
    write(at(2));
    assert.deepEqual(readProgress(folder()), at(1));
    now += 1;
    write(at(3));
    assert.deepEqual(readProgress(folder()), at(3));
    write(at(100));
    assert.deepEqual(readProgress(folder()), at(100));
    assert.deepEqual(readdirSync(folder()), ['progress.json'], 'no temporary file is left');
  });

  it('The progress file holds progress and nothing else', () => {
    progressWriter(folder(), () => 0)({ ...at(5), secret: 1 } as ReturnType<typeof at>);
    assert.deepEqual(readProgress(folder()), at(5));
  });

  it('A damaged progress file is read as no progress', () => {
    for (const text of ['', '{', '[]', '{"done":"1","total":2}', 'null']) {
      writeFileSync(join(folder(), 'progress.json'), text);
      assert.equal(readProgress(folder()), undefined, text);
    }
  });

  it('A progress file that cannot be written does not fail the job', () => {
    const directory = join(folder(), 'missing');
    progressWriter(directory, () => 0)(at(1));
    assert.equal(readProgress(directory), undefined);
    // A folder in its place stops root, too, which may write into a folder that is read-only.
    mkdirSync(join(directory, 'progress.json'), { recursive: true });
    progressWriter(directory, () => 0)(at(1));
    assert.equal(readProgress(directory), undefined);
    assert.deepEqual(readdirSync(directory), ['progress.json']);
  });
});
