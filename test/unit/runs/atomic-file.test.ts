import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../src/runs/atomic-file.ts';
import { describeIoError, IoError, isMissing, toIoError } from '../../../src/runs/io-error.ts';
import { useFolder } from './helpers.ts';

describe('writeFileAtomic', () => {
  const folder = useFolder();

  it('writeFileAtomic creates and replaces a file and leaves nothing else behind', () => {
    const path = join(folder(), 'a.txt');
    writeFileAtomic(path, 'one');
    writeFileAtomic(path, new Uint8Array([0x74, 0x77, 0x6f]));
    assert.equal(readFileSync(path, 'utf8'), 'two');
    assert.deepEqual(readdirSync(folder()), ['a.txt']);
  });

  it('writeFileAtomic throws a sentence where a part of the path is a file, and harms nothing', () => {
    writeFileSync(join(folder(), 'file'), 'kept');
    assert.throws(
      () => writeFileAtomic(join(folder(), 'file', 'a.txt'), 'x'),
      (error) =>
        error instanceof IoError &&
        error.code === 'ENOTDIR' &&
        /is a file where a folder is needed/.test(error.message),
    );
    assert.equal(readFileSync(join(folder(), 'file'), 'utf8'), 'kept');
  });

  it('writeFileAtomic removes its temporary file where the rename fails', () => {
    mkdirSync(join(folder(), 'target', 'full'), { recursive: true });
    assert.throws(() => writeFileAtomic(join(folder(), 'target'), 'x'), IoError);
    assert.deepEqual(readdirSync(folder()), ['target']);
  });

  it('writeFileAtomic says that the folder is missing', () => {
    assert.throws(() => writeFileAtomic(join(folder(), 'no', 'a.txt'), 'x'), /no\/a\.txt does not exist/);
  });
});

describe('describeIoError', () => {
  const sentence = (code: string) => describeIoError(Object.assign(new Error('raw'), { code }), '/data/run');
  for (const [code, advice] of [
    ['ENOSPC', /free some, then resume/],
    ['EROFS', /read-only file system: choose a folder/],
    ['EACCES', /check the permissions/],
    ['ENOENT', /does not exist/],
    ['EMFILE', /ulimit -n/],
  ] as const)
    it(`describeIoError names the path and says what to do on ${code}`, () => {
      assert.match(sentence(code), advice);
      assert.match(sentence(code), /\/data\/run/);
    });

  it('describeIoError passes on a message that it does not know', () => {
    assert.equal(sentence('EWEIRD'), '/data/run could not be read or written: raw.');
    assert.equal(describeIoError('text', 'x'), 'x could not be read or written: text.');
  });

  it('toIoError keeps code and cause, and returns an IoError as it is', () => {
    const cause = Object.assign(new Error('raw'), { code: 'ENOSPC' });
    const error = toIoError(cause, 'x');
    assert.equal(error.code, 'ENOSPC');
    assert.equal(error.cause, cause);
    assert.equal(toIoError(error, 'y'), error);
    assert.equal(isMissing(error), false);
    assert.equal(toIoError(null, 'x').code, '');
  });
});
