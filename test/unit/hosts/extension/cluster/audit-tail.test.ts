import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { AuditTail } from '../../../../../src/hosts/extension/cluster/audit-tail.ts';
import { useFolder } from '../../../runs/helpers.ts';

describe('Reading an audit trail while it is written', () => {
  const folder = useFolder();
  const path = () => join(folder(), 'audit.jsonl');
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;

  it('The audit tail gives nothing if there is no file yet, and then each record that arrives', async () => {
    const tail = new AuditTail(path());
    assert.deepEqual(await tail.read(), { records: [], restarted: false, damaged: 0, more: false });
    writeFileSync(path(), line({ n: 1 }));
    assert.deepEqual((await tail.read()).records, [{ n: 1 }]);
    assert.deepEqual((await tail.read()).records, []);
    appendFileSync(path(), line({ n: 2 }) + line({ n: 3 }));
    assert.deepEqual((await tail.read()).records, [{ n: 2 }, { n: 3 }]);
  });

  it('The audit tail keeps a torn last line until its end is written', async () => {
    const tail = new AuditTail(path());
    writeFileSync(path(), `${line({ n: 1 })}{"n":`);
    assert.deepEqual((await tail.read()).records, [{ n: 1 }]);
    appendFileSync(path(), '2');
    assert.deepEqual((await tail.read()).records, []);
    appendFileSync(path(), '}\n');
    assert.deepEqual(await tail.read(), { records: [{ n: 2 }], restarted: false, damaged: 0, more: false });
  });

  it('The audit tail counts damaged lines and continues', async () => {
    const tail = new AuditTail(path());
    writeFileSync(path(), `${line({ n: 1 })}not JSON\n${line({ n: 2 })}`);
    const { records, damaged } = await tail.read();
    assert.deepEqual([records, damaged], [[{ n: 1 }, { n: 2 }], 1]);
  });

  it('The audit tail starts over when a resumed transfer starts its trail over, shorter or longer than before', async () => {
    const tail = new AuditTail(path());
    for (const before of ['', line({ n: 'longer than what comes' })]) {
      writeFileSync(path(), line({ n: 1 }) + before);
      await tail.read();
      rmSync(path());
      appendFileSync(path(), line({ n: 1 }) + line({ n: 2 }));
      assert.deepEqual(await tail.read(), {
        records: [{ n: 1 }, { n: 2 }],
        restarted: true,
        damaged: 0,
        more: false,
      });
    }
    rmSync(path());
    assert.equal((await tail.read()).restarted, true);
  });

  it('The audit tail reads a long trail in parts', async () => {
    const values = Array.from({ length: 3000 }, (_, n) => ({ n, filler: 'x'.repeat(1000) }));
    writeFileSync(path(), values.map(line).join(''));
    const tail = new AuditTail(path());
    const records: unknown[] = [];
    let reads = 0;
    for (let more = true; more; reads++) {
      const news = await tail.read();
      records.push(...news.records);
      more = news.more;
    }
    assert.deepEqual(records, values);
    assert.ok(reads > 2, `${reads} reads`);
  });

  it('The audit tail says why it cannot read a trail', async () => {
    mkdirSync(path());
    await assert.rejects(new AuditTail(path()).read(), (error: Error) => error.name === 'IoError');
  });

  it('The audit tail gives the same records however the writes are cut', async () => {
    const values = [{ n: 1, text: 'käse' }, { n: 2 }, ['line feed\n', null], 'é', { n: 3 }];
    const bytes = Buffer.from(values.map(line).join(''));
    const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (points) => {
        rmSync(path(), { force: true });
        const tail = new AuditTail(path());
        const ends = [...points.toSorted((a, b) => a - b), bytes.length];
        const records: unknown[] = [];
        let from = 0;
        for (const end of ends) {
          appendFileSync(path(), bytes.subarray(from, end));
          records.push(...(await tail.read()).records);
          from = end;
        }
        assert.deepEqual(records, values);
      }),
      { numRuns: 60 },
    );
  });
});
