import assert from 'node:assert/strict';
import type { EmulatedCluster } from '../../../src/cluster/live/emulated-cluster.ts';
import type { ClusterWrite, Snapshot } from '../../../src/cluster/live/live-cluster.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import type { TrainingSetup } from '../../../src/training/setup.ts';
import type { AuditRecord, DecisionRecord, StageRecord, WriteRecord } from '../../../src/transferring/audit.ts';
import { explainRecord } from '../../../src/transferring/explain.ts';
import type { OriginalHpas } from '../../../src/transferring/ladder.ts';
import { planTransfer } from '../../../src/transferring/plan.ts';
import { runTransfer, type TransferResult } from '../../../src/transferring/transfer.ts';
import {
  emulatedDay,
  sampleTransfer,
  transferOptions,
  unjudgedTransfer,
  type TransferChanges,
} from './sample-transfer.ts';

interface Observed {
  readonly result: TransferResult;
  readonly records: AuditRecord[];
  readonly cluster: EmulatedCluster;
  /** What reached the cluster for real. */
  readonly written: ClusterWrite[];
  readonly transitions: number;
  readonly originals: OriginalHpas;
}

const decisions = ({ records }: Observed): DecisionRecord[] => records.filter((record) => record.type === 'decision');
const stages = ({ records }: Observed): StageRecord[] => records.filter((record) => record.type === 'stage');
const writes = ({ records }: Observed): WriteRecord[] => records.filter((record) => record.type === 'write');
const hpasOf = async (cluster: EmulatedCluster): Promise<Snapshot['hpas']> =>
  (await cluster.observe(new AbortController().signal)).hpas;

describe('A transfer to the emulated cluster', () => {
  let backend: Backend;
  let setup: TrainingSetup;
  let policies: Policies;
  before(async () => {
    backend = await createWasmBackend({ threads: 1 });
    ({ setup, policies } = await sampleTransfer(backend));
  });
  after(() => backend.dispose());

  const ladder = (abortWhen?: string) => unjudgedTransfer(setup, abortWhen);

  async function transfer(
    changes: TransferChanges = {},
    during: (cluster: EmulatedCluster, record: AuditRecord) => void = () => undefined,
  ): Promise<Observed> {
    const cluster = await emulatedDay(setup);
    const written: ClusterWrite[] = [];
    const write = cluster.write.bind(cluster);
    cluster.write = async (change, options) => {
      await write(change, options);
      if (!options.dryRun) written.push(change);
    };
    const records: AuditRecord[] = [];
    let originals: OriginalHpas = {};
    let transitions = 0;
    const options = transferOptions({ setup, policies }, backend, {
      cluster,
      audit: (record) => {
        records.push(record);
        during(cluster, record);
      },
      originals: { read: () => originals, write: (saved) => (originals = saved) },
      onTransition: () => transitions++,
      ...changes,
    });
    const result = await runTransfer(options);
    return { result, records, cluster, written, transitions, originals };
  }

  it('A transfer climbs from shadow to full, and restores the HPAs as they were', async () => {
    const seen = await transfer();
    assert.equal(seen.result.ended, 'finished', seen.result.why);
    assert.deepEqual(
      seen.result.stages.map(({ stage }) => stage),
      ['shadow', 'floor', 'canary', 'full'],
    );
    assert.ok(seen.result.stages.every(({ objective }) => objective > 0.5 && objective < 1));
    for (const hpa of await hpasOf(seen.cluster)) {
      assert.equal(hpa!.paused, false);
      assert.equal(hpa!.minReplicas, 1);
    }
    assert.deepEqual(seen.originals, {});
    assert.equal(seen.transitions, decisions(seen).length - 1);
  });

  it('A transfer writes nothing in shadow, minimums in floor, one service in canary', async () => {
    const seen = await transfer();
    const kinds = (stage: string): Set<unknown> =>
      new Set(
        writes(seen)
          .filter((record) => record.stage === stage)
          .map(({ write }) => write.type),
      );
    assert.deepEqual(kinds('shadow'), new Set());
    assert.deepEqual(kinds('floor'), new Set(['setHpaMinimum']));
    const scaled = writes(seen).filter(({ stage, write }) => stage === 'canary' && write.type === 'scale');
    assert.ok(scaled.every(({ write }) => write.service === 'b'));
    assert.ok(writes(seen).some(({ stage, write }) => stage === 'full' && write.type === 'pauseHpa'));
  });

  it('A transfer stays within the caps, whatever the agents want', async () => {
    const { move, podsPerDecision } = setup.model.transfers[0].limits;
    for (const { current, limited } of decisions(await transfer())) {
      const moves = Object.keys(current).map((name) => Math.abs(limited[name] - current[name]));
      assert.ok(moves.every((size) => size <= move));
      assert.ok(moves.reduce((sum, size) => sum + size) <= podsPerDecision);
    }
  });

  it('A transfer changes nothing in a dry run, though the server is asked', async () => {
    const seen = await transfer({ dryRun: true });
    assert.deepEqual(seen.written, []);
    assert.ok(writes(seen).length > 0);
    assert.ok(writes(seen).every(({ dryRun }) => dryRun));
  });

  it('A transfer writes nothing when the user declines the first stage that would', async () => {
    const seen = await transfer({ confirm: () => Promise.resolve(false) });
    assert.equal(seen.result.ended, 'declined');
    assert.ok(seen.written.every(({ type }) => type === 'restoreHpa'));
  });

  it('A transfer hands over to the HPAs when the state drifts', async () => {
    const seen = await transfer({ driftOf: ({ time }) => (time > 1500 ? 9 : 0) });
    assert.equal(seen.result.ended, 'fallback');
    assert.match(seen.result.why, /9\.0 away .* 3 times in a row/);
    assert.ok((await hpasOf(seen.cluster)).every((hpa) => !hpa!.paused && hpa!.minReplicas === 1));
  });

  it("A transfer hands over to the HPAs when a stage's abort condition holds", async () => {
    const seen = await transfer({ transfer: ladder('cluster.cpuAllocated > 0.1') });
    assert.equal(seen.result.ended, 'fallback');
    assert.match(seen.result.why, /abortWhen/);
    assert.deepEqual(seen.result.stages.at(-1)!.stage, 'floor');
    assert.ok((await hpasOf(seen.cluster)).every((hpa) => !hpa!.paused && hpa!.minReplicas === 1));
  });

  it('A transfer holds on stale metrics, then hands over to the HPAs', async () => {
    const seen = await transfer({}, (cluster, record) => {
      if (record.type === 'decision' && record.stage === 'full') cluster.faults.staleMetrics = true;
    });
    assert.equal(seen.result.ended, 'fallback');
    assert.match(seen.result.why, /counts as lost/);
    const held = decisions(seen).filter(({ outcome }) => outcome === 'hold');
    assert.ok(held.length > 0 && held.every(({ why }) => why.includes('s old')));
  });

  it('A transfer holds on a missing metric, and never takes it for zero load', async () => {
    const seen = await transfer({ upTo: 'shadow' }, (cluster, record) => {
      if (record.type === 'decision' && record.decision === 5) cluster.faults.missingMetrics = ['b'];
    });
    for (const record of decisions(seen).slice(5)) {
      assert.equal(record.outcome, 'hold');
      assert.match(record.why, /missing/);
      assert.deepEqual(record.proposed, record.current);
      assert.deepEqual(record.agents, []);
    }
  });

  it('A transfer reports a refused write and continues', async () => {
    const seen = await transfer({}, (cluster, record) => {
      cluster.faults.refuseWrites = record.stage === 'floor' ? 'invalid' : undefined;
    });
    const refused = writes(seen).filter(({ result }) => result === 'refused');
    assert.ok(refused.length > 0 && refused.every(({ message }) => message.includes('refused')));
    assert.ok(decisions(seen).some(({ outcome, why }) => outcome === 'hold' && why.includes('refused')));
  });

  it('A transfer falls back when the right to write is withdrawn, and restores as soon as it may again', async () => {
    let refusals = 0;
    const seen = await transfer({ restoreFor: 60 }, (cluster, record) => {
      if (record.type === 'decision' && record.stage === 'floor') cluster.faults.refuseWrites = 'forbidden';
      if (record.type === 'write' && record.stage === 'fallback' && ++refusals > 8)
        cluster.faults.refuseWrites = undefined;
    });
    assert.equal(seen.result.ended, 'fallback');
    assert.match(seen.result.why, /refused/);
    assert.equal(decisions(seen).filter(({ outcome }) => outcome === 'fallback').length, 1);
    assert.ok((await hpasOf(seen.cluster)).every((hpa) => !hpa!.paused && hpa!.minReplicas === 1));
    assert.deepEqual(seen.originals, {});
  });

  it('A transfer holds while a metric is missing for a moment, then hands over to the HPAs', async () => {
    const seen = await transfer({}, (cluster, record) => {
      if (record.type === 'decision' && record.stage === 'full') cluster.faults.missingMetrics = ['b'];
    });
    assert.equal(seen.result.ended, 'fallback');
    assert.match(seen.result.why, /a metric is missing since \d+ s; .* counts as lost/);
    assert.ok(decisions(seen).filter(({ outcome, why }) => outcome === 'hold' && why.includes('missing')).length >= 3);
  });

  it('A transfer restores the HPAs when it is stopped', async () => {
    const stop = new AbortController();
    const seen = await transfer({ signal: stop.signal }, (_cluster, record) => {
      if (record.type === 'decision' && record.stage === 'full') stop.abort();
    });
    assert.equal(seen.result.ended, 'stopped');
    assert.ok((await hpasOf(seen.cluster)).every((hpa) => !hpa!.paused));
  });

  it('A transfer restores what an earlier, killed transfer left behind', async () => {
    const first = await transfer({ upTo: 'shadow' });
    const hpa = (await hpasOf(first.cluster))[1]!;
    // The earlier one paused the HPA of b and died: its saved original is on disk.
    const seen = await transfer({
      upTo: 'shadow',
      originals: { read: () => ({ b: hpa }), write: () => undefined },
    });
    assert.ok(seen.written.some((write) => write.type === 'restoreHpa' && write.service === 'b'));
  });

  it('The audit trail of a transfer has the terms of each stage and the state of the HPAs', async () => {
    const seen = await transfer();
    const terms = stages(seen).flatMap((record) => (record.terms ? [[record.stage, record.terms] as const] : []));
    assert.deepEqual(
      terms.map(([stage, { lasts, next, services }]) => [stage, lasts, next, services]),
      [
        ['shadow', 600, 'floor', []],
        ['floor', 600, 'canary', ['a', 'b', 'c', 'd']],
        ['canary', 900, 'full', ['b']],
        ['full', 600, '', ['a', 'b', 'c', 'd']],
      ],
    );
    assert.ok(terms.every(([, { context, namespace }]) => context === 'emulator' && namespace === 'chained-services'));
    const paused = (stage: string) =>
      Object.entries(decisions(seen).findLast((record) => record.stage === stage)!.hpas)
        .filter(([, hpa]) => hpa.paused)
        .map(([service]) => service);
    assert.deepEqual([paused('shadow'), paused('canary'), paused('full')], [[], ['b'], ['a', 'b', 'c', 'd']]);
    assert.ok(
      decisions(seen).some(
        ({ stage, hpas }) => stage === 'floor' && Object.values(hpas).some((h) => h.minReplicas > 1),
      ),
    );
  });

  it('A transfer reads the HPAs back at its end, and says which are not as before', async () => {
    const fine = stages(await transfer()).at(-1)!;
    assert.equal(fine.ended, 'finished');
    assert.deepEqual(Object.keys(fine.hpas!), ['a', 'b', 'c', 'd']);
    assert.ok(Object.values(fine.hpas!).every(({ asBefore, paused }) => asBefore && !paused));
    const refused = stages(
      await transfer({}, (cluster, record) => {
        if (record.type === 'decision' && record.stage === 'full') cluster.faults.refuseWrites = 'forbidden';
      }),
    ).at(-1)!;
    assert.match(refused.why, /could not be restored/);
    assert.ok(Object.values(refused.hpas!).some(({ asBefore, paused }) => !asBefore && paused));
    assert.match(explainRecord(refused), /HPA of a: 1\.\.5, paused, NOT as before/);
    const gone = stages(
      await transfer({}, (cluster, record) => {
        if (record.stage === 'fallback') cluster.faults.unreachable = true;
      }),
    ).at(-1)!;
    assert.equal(gone.hpas, undefined);
  });

  it('A transfer holds while the API server is gone for a minute, and then continues', async () => {
    let gone = 0;
    const seen = await transfer({ upTo: 'floor' }, (cluster, record) => {
      if (record.type !== 'decision' || record.stage !== 'floor') return;
      cluster.faults.unreachable = record.decision >= 25 && gone < 2;
      gone += Number(cluster.faults.unreachable);
    });
    assert.equal(seen.result.ended, 'finished', seen.result.why);
    const held = decisions(seen).filter(({ why }) => why.includes('does not answer'));
    assert.equal(held.length, 2);
    assert.ok(held.every(({ outcome, agents }) => outcome === 'hold' && agents.length === 0));
    const first = decisions(seen).findIndex(({ why }) => why.includes('does not answer'));
    assert.equal(decisions(seen)[first].oldestMetric > decisions(seen)[first - 1].oldestMetric, true);
    assert.ok(decisions(seen).length > first + 3, 'it goes on afterwards');
    assert.ok(seen.result.stages.every(({ objective }) => Number.isFinite(objective)));
  });

  it('A transfer falls back when the API server is gone for longer, as soon as it answers again', async () => {
    let gone = 0;
    const seen = await transfer({ restoreFor: 60 }, (cluster, record) => {
      if (record.type === 'decision' && record.stage === 'canary') cluster.faults.unreachable = true;
      // The first of the restoring writes gets no answer.
      if (record.type === 'write' && record.stage === 'fallback' && ++gone > 4) cluster.faults.unreachable = false;
    });
    assert.equal(seen.result.ended, 'fallback');
    assert.match(seen.result.why, /counts as lost$/);
    assert.ok((await hpasOf(seen.cluster)).every((hpa) => !hpa!.paused && hpa!.minReplicas === 1));
    assert.deepEqual(seen.originals, {});
  });

  it('A transfer falls back when somebody else makes a paused HPA act again', async () => {
    let meddled = false;
    const seen = await transfer({}, (cluster, record) => {
      if (record.type !== 'decision' || record.stage !== 'canary' || meddled) return;
      meddled = true;
      const original = { minReplicas: 1, maxReplicas: 3, paused: false };
      void cluster.write(
        { type: 'restoreHpa', service: 'b', original },
        { dryRun: false, signal: new AbortController().signal },
      );
    });
    assert.equal(seen.result.ended, 'fallback');
    assert.match(seen.result.why, /somebody else made the HPA of b act again/);
  });

  it('A transfer enters a stage later if pausing the HPA meets another writer, and scales nothing before that', async () => {
    let refusals = 0;
    const seen = await transfer({ upTo: 'canary' }, (cluster, record) => {
      const first = record.stage === 'canary' && refusals < 2;
      if (record.type === 'decision' && record.stage === 'canary') refusals++;
      cluster.faults.refuseWrites = first ? 'conflict' : undefined;
    });
    assert.equal(seen.result.ended, 'finished', seen.result.why);
    const canary = decisions(seen).filter(({ stage }) => stage === 'canary');
    assert.deepEqual(
      canary.slice(0, 2).map(({ outcome }) => outcome),
      ['hold', 'hold'],
    );
    const paused = seen.written.findIndex(({ type }) => type === 'pauseHpa');
    const scaled = seen.written.findIndex(({ type }) => type === 'scale');
    assert.ok(paused >= 0 && (scaled < 0 || paused < scaled));
  });

  it('A transfer stays in a stage while it is told to hold, and enters the next one when told to', async () => {
    let asked = 0;
    const seen = await transfer({
      steer: () => (++asked < 40 ? 'hold' : asked === 40 ? 'promote' : 'goOn'),
      fullFor: 60,
    });
    const shadow = seen.result.stages.find(({ stage }) => stage === 'shadow')!;
    assert.equal(shadow.decisions, 40);
    assert.equal(seen.result.ended, 'finished');
  });

  it('A transfer stays in a stage if it was told to hold in the last interval of that stage', async () => {
    let planned = 0;
    let held = 0;
    const seen = await transfer({
      onProgress: (done, total, stage) => {
        if (stage === 'shadow' && done === total) planned = total / setup.cluster.decisionInterval;
      },
      steer: () => (planned > 0 && ++held <= 5 ? 'hold' : 'goOn'),
      upTo: 'shadow',
    });
    assert.equal(seen.result.stages[0].decisions, planned + 5);
  });

  it('A transfer stays in the highest stage until it is stopped', async () => {
    const stop = new AbortController();
    const seen = await transfer({ upTo: 'floor', stay: true, signal: stop.signal }, (_cluster, record) => {
      if (record.type === 'decision' && record.decision === 90) stop.abort();
    });
    assert.equal(seen.result.ended, 'stopped');
    assert.equal(decisions(seen).at(-1)!.stage, 'floor');
    assert.equal(stages(seen).find(({ stage }) => stage === 'floor')!.terms!.lasts, null);
  });

  it('The plan of a transfer says what each stage would write, asks the server, and changes nothing', async () => {
    const { cluster: spec } = setup;
    const cluster = await emulatedDay(setup);
    const before = await cluster.observe(new AbortController().signal);
    const records: AuditRecord[] = [];
    const plan = await planTransfer({
      cluster,
      spec,
      transfer: ladder(),
      agents: { policies, backend, driftOf: () => 0.5 },
      audit: (record) => records.push(record),
      signal: new AbortController().signal,
    });
    assert.deepEqual(await cluster.observe(new AbortController().signal), before);
    assert.deepEqual(
      plan.map(({ stage }) => stage),
      ['shadow', 'floor', 'canary', 'full'],
    );
    assert.deepEqual(plan[0].changes, []);
    assert.ok(plan[2].changes.some(({ service, change }) => service === 'b' && change === 'HPA active -> paused'));
    assert.equal(plan[3].changes.filter(({ change }) => change === 'HPA active -> paused').length, 4);
    assert.ok(records.every((record) => record.stage === 'plan'));
    const decision = records.find((record) => record.type === 'decision')!;
    assert.equal(decision.outcome, 'shadow');
    assert.deepEqual(Object.keys(decision.current), ['a', 'b', 'c', 'd']);
    assert.ok(records.every((record) => record.type !== 'write' || record.dryRun));
  });

  it('Every record of the audit trail is explained in words', async () => {
    const seen = await transfer();
    const texts = seen.records.map(explainRecord);
    assert.ok(texts.every((text) => text.length > 0 && !text.includes('undefined') && !text.includes('[object')));
    const acted = decisions(seen).findIndex(({ agents }) => agents.some(({ active }) => active));
    const text = explainRecord(decisions(seen)[acted]);
    assert.match(text, /relief \(bottleneck-manager\) chose/);
    assert.match(text, /because .* allows/);
  });
});
