import assert from 'node:assert/strict';
import type { ClusterStatus, Ended, Observed, TransferRun } from '../../../../webview/protocol/cluster.ts';
import { announcementOf, headlineOf, restoredInWords } from '../../../../webview/cluster/headline.ts';
import { changesInWords, controlOf, lasting, latency, moment, percent } from '../../../../webview/cluster/labels.ts';

const run = (state: TransferRun['state'], upTo: TransferRun['upTo'] = 'full', message = ''): TransferRun => ({
  id: 'r',
  directory: '/r',
  state,
  message,
  createdAt: 0,
  transfer: 'production',
  upTo,
  dryRun: false,
  pace: 60,
});
const hpa = (service: string, asBefore = true) => ({
  service,
  asBefore,
  minReplicas: 1,
  maxReplicas: 5,
  paused: !asBefore,
});
const ended = (how: Ended['how'], ...restored: ReturnType<typeof hpa>[]): Ended => ({
  how,
  why: `because ${how}`,
  restored,
});
const status = (changes: Partial<ClusterStatus>): ClusterStatus =>
  ({ cluster: 'shop', source: 'emulator', run: null, observed: null, ended: null, ...changes }) as ClusterStatus;
const observed = (stage: string) => ({ stage }) as Observed;

describe('Headline of the Cluster view', () => {
  it('The Cluster view has a headline for each state of a transfer', () => {
    const title = (changes: Partial<ClusterStatus>) => {
      const { title, tone } = headlineOf(status(changes));
      return `${title} (${tone})`;
    };
    assert.equal(title({}), 'No transfer yet (calm)');
    assert.equal(title({ run: run('starting') }), 'Starting (active)');
    assert.equal(title({ run: run('running') }), 'Starting (active)');
    assert.equal(title({ run: run('running'), observed: observed('canary') }), 'Canary (active)');
    assert.equal(title({ run: run('stopping'), observed: observed('canary') }), 'Falling back (active)');
    assert.equal(title({ run: run('finished', 'plan') }), 'Plan made (good)');
    assert.equal(title({ run: run('finished'), ended: ended('finished', hpa('a')) }), 'Finished (good)');
    assert.equal(title({ run: run('finished'), ended: ended('fallback', hpa('a')) }), 'Fell back to the HPA (bad)');
    assert.equal(title({ run: run('stopped'), ended: ended('stopped', hpa('a')) }), 'Fell back (good)');
    assert.equal(title({ run: run('stale') }), 'Interrupted (bad)');
    assert.equal(title({ run: run('unreadable') }), 'Unreadable (bad)');
  });

  it('The headline of the Cluster view is never good while an HPA is not as before, or nobody knows', () => {
    for (const how of ['finished', 'stopped'] as const) {
      const state = how === 'finished' ? 'finished' : 'stopped';
      for (const end of [ended(how, hpa('a'), hpa('b', false)), { ...ended(how), restored: null }, null])
        assert.equal(headlineOf(status({ run: run(state), ended: end })).tone, 'bad');
    }
    assert.deepEqual(restoredInWords(ended('stopped', hpa('a'), hpa('b', false))), {
      isFine: false,
      text: 'Not as before: the HPA of b (paused, 1–5).',
    });
    assert.match(restoredInWords({ ...ended('stopped'), restored: null }).text, /is not known/);
    assert.deepEqual(restoredInWords(ended('stopped', hpa('a'), hpa('b'))), {
      isFine: true,
      text: 'All HPAs act as before: a, b.',
    });
  });

  it('The headline of the Cluster view gives the reason of a failure and of a fallback', () => {
    assert.equal(headlineOf(status({ run: run('failed', 'full', 'The disk is full.') })).text, 'The disk is full.');
    assert.equal(
      headlineOf(status({ run: run('failed'), ended: ended('fallback', hpa('a')) })).text,
      'because fallback',
    );
  });

  it('The Cluster view announces stages and ends, but not decisions', () => {
    const said = (stage: string, decisions: number) =>
      announcementOf(status({ run: run('running'), observed: { ...observed(stage), decisions } }));
    assert.equal(said('canary', 1), 'Stage Canary');
    assert.equal(said('canary', 1), said('canary', 200));
    assert.notEqual(said('canary', 1), said('full', 1));
    assert.equal(
      announcementOf(status({ run: run('stopped'), ended: ended('stopped', hpa('a')) })),
      'Fell back. The transfer was ended on request. All HPAs act as before: a.',
    );
    assert.equal(announcementOf(status({})), '');
  });

  it('The Cluster view says that a real cluster keeps its services without a transfer and after one that died', () => {
    const real = (changes: Partial<ClusterStatus>) => headlineOf(status({ source: 'prometheus', ...changes })).text;
    assert.match(real({}), /^Nothing has been transferred here/);
    assert.match(real({ run: run('stale') }), /gives the services back to their HPAs/);
  });

  it('The Cluster view writes numbers as people do', () => {
    assert.deepEqual([latency(0.0123), latency(2.26), latency(null)], ['12 ms', '2.3 s', '–']);
    assert.deepEqual([percent(0.714), percent(null)], ['71 %', '–']);
    assert.deepEqual([lasting(600), lasting(45), lasting(null)], ['10 min', '45 s', 'until stopped']);
    assert.equal(moment(1215), '20:15');
  });

  it('The Cluster view says what a decision changes: replicas, or the minimum in the stage floor', () => {
    const decision = { changes: [{ service: 'b', from: 3, to: 1, limited: 2 }], stage: 'canary' };
    const words = (changes: object) =>
      changesInWords({ ...decision, ...changes } as unknown as Parameters<typeof changesInWords>[0]);
    assert.equal(words({}), 'b 3 → 1, cut to 2');
    assert.equal(words({ changes: [{ service: 'b', from: 3, to: 2, limited: 2 }] }), 'b 3 → 2');
    assert.equal(words({ stage: 'floor' }), 'b: HPA minimum 3 → 2');
  });

  it('The Cluster view says who controls a service', () => {
    const of = { minReplicas: 3, maxReplicas: 5, desired: 4, paused: false, originalMinimum: 1 };
    const label = (controlledBy: string) =>
      controlOf({ name: 'a', hpa: of, controlledBy } as unknown as Parameters<typeof controlOf>[0]).label;
    assert.equal(label('hpa'), 'HPA acts, 3–5');
    assert.equal(label('hpa with a raised minimum'), 'HPA minimum 1 → 3');
    assert.equal(label('agents'), 'agents, HPA paused');
    assert.equal(label('nobody'), 'HPA paused by somebody else');
    const none = controlOf({ name: 'a', hpa: null, controlledBy: 'nobody' } as Parameters<typeof controlOf>[0]);
    assert.equal(none.label, 'no HPA');
  });
});
