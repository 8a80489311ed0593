import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ObservedTransfer, type Observation } from '../../../../../src/hosts/extension/cluster/observed-transfer.ts';
import { TransferReader } from '../../../../../src/hosts/extension/cluster/transfer-reader.ts';
import type { AuditRecord, DecisionRecord, WriteRecord } from '../../../../../src/transferring/audit.ts';
import { useFolder } from '../../../runs/helpers.ts';
import { linesOf, parsed, recordTransfer } from './recorded-transfer.ts';

const observe = (records: readonly unknown[]): { observation: Observation; transfer: ObservedTransfer } => {
  const transfer = new ObservedTransfer();
  for (const record of records) transfer.add(record);
  return { observation: transfer.observation(), transfer };
};

describe('Cluster as an audit trail shows it', () => {
  let records: AuditRecord[];
  before(async () => {
    records = await recordTransfer();
  });
  /** The records up to the last one of a stage. */
  const until = (stage: string) =>
    parsed(records.slice(0, records.findLastIndex((record) => record.stage === stage) + 1));

  it('An observed transfer is empty before anything was observed', () => {
    const { observation } = observe([]);
    assert.deepEqual(observation, {
      identity: null,
      observed: null,
      services: [],
      trend: [],
      decisions: [],
      writes: [],
      ended: null,
    });
  });

  it('An observed transfer has the stage, how long it lasts and what comes next', () => {
    const { observed, identity } = observe(until('canary')).observation;
    assert.deepEqual(identity, { context: 'emulator', server: 'embedded', namespace: 'chained-services' });
    assert.deepEqual(
      [observed!.stage, observed!.lasts, observed!.next, observed!.since, observed!.time - observed!.since],
      ['canary', 900, 'full', 1200, 885],
    );
    assert.match(observed!.abortWhen, /successRate/);
    assert.deepEqual([observed!.driftThreshold, observed!.staleAfter, observed!.drift], [3, 60, 0.4]);
    assert.deepEqual(observe(until('full')).transfer.visited, ['shadow', 'floor', 'canary', 'full']);
  });

  it('An observed transfer says who controls each service, by what was written', () => {
    const controlled = (stage: string) =>
      observe(until(stage)).observation.services.map(({ name, controlledBy }) => `${name}: ${controlledBy}`);
    assert.deepEqual(controlled('shadow'), ['a: hpa', 'b: hpa', 'c: hpa', 'd: hpa']);
    assert.ok(controlled('floor').includes('d: hpa with a raised minimum'));
    assert.deepEqual(
      controlled('canary').filter((text) => text.endsWith('agents')),
      ['b: agents'],
    );
    assert.deepEqual(controlled('full'), ['a: agents', 'b: agents', 'c: agents', 'd: agents']);
  });

  it('An observed transfer shows a pause as soon as it is written, before the next observation', () => {
    const at = records.findIndex((record) => record.type === 'write' && record.write.type === 'pauseHpa');
    const paused = (count: number) =>
      observe(parsed(records.slice(0, count))).observation.services.find(({ name }) => name === 'b')!.hpa!.paused;
    assert.deepEqual([paused(at), paused(at + 1)], [false, true]);
    // The decision of the same moment still saw the HPA act; what was written since counts.
    const decision = records.findIndex((record, i) => i > at && record.type === 'decision');
    assert.equal((records[decision] as DecisionRecord).hpas.b.paused, false);
    assert.equal(paused(decision + 1), true);
  });

  /** A decision of stage full that moves b, and its write before it, after a real one. */
  const moved = (): unknown[] => {
    const at = records.findLastIndex((record) => record.type === 'decision');
    const last = records[at] as DecisionRecord;
    const write = records.find((record): record is WriteRecord => record.type === 'write')!;
    const time = last.time + 15;
    const limited = { ...last.current, b: last.current.b - 1 };
    return parsed([
      ...records.slice(0, at + 1),
      { ...write, time, stage: 'full', write: { type: 'scale', service: 'b', replicas: limited.b } },
      {
        ...last,
        decision: last.decision + 1,
        time,
        proposed: { ...limited, b: last.current.b - 2 },
        limited,
        caps: ['b: a move of -2 cut to -1 (limits.move 1)'],
        agents: last.agents.map((agent) => (agent.agent === 'steward' ? { ...agent, choice: 'b -2' } : agent)),
        outcome: 'applied',
      },
    ]);
  };

  it('An observed transfer shows the replicas that the last decision asked for', () => {
    const before = records.findLast((record) => record.type === 'decision')!.current.b;
    const { services, observed } = observe(moved()).observation;
    assert.equal(services.find(({ name }) => name === 'b')!.desired, before - 1);
    assert.equal(observed!.applied, 3);
  });

  it('An observed transfer confirms at its end that the HPAs are as before', () => {
    const { ended, services, observed } = observe(parsed(records)).observation;
    assert.equal(ended!.how, 'finished');
    assert.deepEqual(
      ended!.restored!.map(({ service, asBefore }) => [service, asBefore]),
      [
        ['a', true],
        ['b', true],
        ['c', true],
        ['d', true],
      ],
    );
    assert.ok(services.every(({ controlledBy }) => controlledBy === 'hpa'));
    assert.equal(observed!.stage, 'fallback');
  });

  it('An observed transfer says where an HPA is not as before', async () => {
    const refused = await recordTransfer((cluster) => ({
      audit: (record) => {
        collected.push(record);
        if (record.type === 'decision' && record.stage === 'full') cluster.faults.refuseWrites = 'forbidden';
      },
    }));
    assert.deepEqual(refused, []);
    const { ended, services } = observe(parsed(collected)).observation;
    assert.match(ended!.why, /could not be restored/);
    assert.ok(ended!.restored!.some(({ asBefore }) => !asBefore));
    assert.ok(services.some(({ controlledBy }) => controlledBy === 'agents'));
  });
  const collected: AuditRecord[] = [];

  it('An observed transfer keeps the last decisions that changed or held something, with the reason', () => {
    const [decision, ...before] = observe(moved()).observation.decisions;
    assert.deepEqual(
      decision.changes.map(({ service, from, to, limited }) => [service, from - to, from - limited]),
      [['b', 2, 1]],
    );
    assert.deepEqual(decision.caps, ['b: a move of -2 cut to -1 (limits.move 1)']);
    const steward = decision.agents.find(({ agent }) => agent === 'steward')!;
    assert.equal(steward.choice, 'b -2');
    assert.equal(steward.reasons.length, 1);
    assert.match(steward.reasons[0], /^resource-manager allows .* on b: /);
    // Of those that changed nothing only the newest is shown, until another one comes.
    assert.ok(before.every(({ outcome }) => outcome === 'applied'));
    const quiet = observe(parsed(records)).observation.decisions;
    assert.deepEqual(
      quiet.map(({ outcome }) => outcome),
      ['nothing to do', 'applied', 'applied'],
    );
    assert.deepEqual(
      quiet[1].changes.filter(({ from, to }) => from >= to),
      [],
    );
    const many = Array.from({ length: 100 }, () => moved().at(-1));
    assert.equal(observe(many).observation.decisions.length, 30);
  });

  it('An observed transfer lists a repeated hold once, with its last time', () => {
    const decision = parsed(records).find((record) => (record as DecisionRecord).type === 'decision') as DecisionRecord;
    const held = [15, 30, 45].map((time) => ({ ...decision, time, outcome: 'hold', why: `a metric is ${time} s old` }));
    const { decisions, observed } = observe(held).observation;
    assert.deepEqual(
      decisions.map(({ time, why }) => [time, why]),
      [[45, 'a metric is 45 s old']],
    );
    assert.equal(observed!.held, 3);
  });

  it('An observed transfer treats missing metrics as unknown, never as zero', () => {
    const at = records.findIndex((record) => record.type === 'decision');
    const decision = records[at] as DecisionRecord;
    const blind: DecisionRecord = {
      ...decision,
      objective: NaN,
      oldestMetric: Infinity,
      state: { ...decision.state, 'a.pending': NaN },
      outcome: 'hold',
      why: 'a metric is missing',
    };
    const { observed, services } = observe(parsed([records[0], blind])).observation;
    assert.deepEqual([observed!.objective, observed!.oldestMetric, services[0].pending], [null, null, null]);
    assert.notEqual(services[1].pending, null);
    assert.equal(observed!.held, 1);
  });

  it('An observed transfer leaves out and counts records of another version', () => {
    const [, decision] = parsed(records) as Record<string, unknown>[];
    const strange = [
      null,
      1,
      'text',
      [],
      {},
      { type: 'dance' },
      { ...decision, time: 'noon' },
      { ...decision, hpas: undefined },
    ];
    const { transfer, observation } = observe(strange);
    assert.equal(transfer.unknown, strange.length);
    assert.deepEqual(observation, observe([]).observation);
  });

  it('An observed transfer keeps a long trail whole in a bounded number of points', () => {
    const decision = records.find((record) => record.type === 'decision')!;
    const many = Array.from({ length: 5000 }, (_, i) => ({ ...decision, time: 30 * i, objective: i / 5000 }));
    const { trend } = observe(parsed(many)).observation;
    assert.ok(trend.length >= 180 && trend.length <= 360, `${trend.length}`);
    assert.equal(trend[0].time, 0);
    assert.ok(trend[trend.length - 1].time > 30 * 4900);
    assert.ok(trend.every(({ time }, i) => i === 0 || time > trend[i - 1].time));
  });

  describe('Property of an observed transfer', () => {
    const folder = useFolder();

    it('A trail that is read in pieces, with torn lines and new starts, gives the same as one that is read at once', async () => {
      const whole = observe(parsed(records)).observation;
      const bytes = Buffer.from(linesOf(records));
      const path = join(folder(), 'audit.jsonl');
      const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(cuts, fc.boolean(), async (points, isResumed) => {
          rmSync(path, { force: true });
          const reader = new TransferReader(path);
          const write = async (ends: readonly number[]) => {
            let from = 0;
            for (const end of ends) {
              appendFileSync(path, bytes.subarray(from, end));
              // Two at a time must not count anything twice.
              await Promise.all([reader.read(), reader.read()]);
              from = end;
            }
          };
          const ends = points.toSorted((a, b) => a - b);
          if (isResumed) {
            await write(ends);
            rmSync(path, { force: true });
          }
          await write([...ends, bytes.length]);
          assert.deepEqual(reader.transfer.observation(), whole);
          assert.equal(reader.leftOut, 0);
        }),
        { numRuns: 25 },
      );
    });
  });
});
