import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  newestPolicies,
  openOffers,
  planOf,
  preflightOf,
  transferRequest,
} from '../../../../../src/hosts/extension/cluster/transfer-run.ts';
import type { RunEntry } from '../../../../../src/hosts/extension/runs/run-entry.ts';
import type { ClusterDigest } from '../../../../../src/language/protocol.ts';
import { useFolder } from '../../../runs/helpers.ts';

const cluster: ClusterDigest = {
  name: 'shop',
  namespace: 'shop',
  source: 'emulator',
  prometheus: '',
  services: [],
  transfers: [
    {
      name: 'production',
      training: 'default',
      target: { context: 'kind', namespace: 'shop' },
      fallsBackWhen: [],
      stages: [],
    },
  ],
};

describe('Runs that are transfers', () => {
  const folder = useFolder();
  const entry = (changes: Partial<RunEntry>) =>
    ({
      directory: folder(),
      project: '/specs',
      kind: 'transfer',
      name: 'default',
      state: 'finished',
      results: [],
      ...changes,
    }) as RunEntry;
  const manifest = (options: unknown) => writeFileSync(join(folder(), 'manifest.json'), JSON.stringify({ options }));

  it('The manifest of a transfer says what was asked for', async () => {
    const options = { transfer: 'production', upTo: 'canary', dryRun: false, pace: 60 };
    manifest({ ...options, policies: '/p' });
    const { transfer, upTo, dryRun, pace, writeTo } = (await transferRequest(entry({}), cluster))!;
    assert.deepEqual({ transfer, upTo, dryRun, pace }, options);
    assert.equal(writeTo, '');
    manifest({ ...options, writeTo: 'kind/shop' });
    assert.equal((await transferRequest(entry({}), cluster))!.writeTo, 'kind/shop');
  });

  it('A manifest without a pace has pace 0, and damaged manifests and those of other jobs are left out', async () => {
    manifest({ transfer: 'production', upTo: 'plan', dryRun: false });
    assert.equal((await transferRequest(entry({}), cluster))!.pace, 0);
    for (const options of [undefined, {}, { transfer: 'production', upTo: 'moon', dryRun: false }]) {
      manifest(options);
      assert.equal(await transferRequest(entry({}), cluster), undefined);
    }
    writeFileSync(join(folder(), 'manifest.json'), '{');
    assert.equal(await transferRequest(entry({}), cluster), undefined);
    assert.equal(await transferRequest(entry({ kind: 'train' }), cluster), undefined);
  });

  it('A run of all phases may contain a transfer, by its Training', async () => {
    assert.equal((await transferRequest(entry({ kind: 'run' }), cluster))!.upTo, 'full');
    assert.equal(await transferRequest(entry({ kind: 'run', name: 'other' }), cluster), undefined);
  });

  it('A transfer that was asked for a plan ends with one', () => {
    const plan = [{ stage: 'floor', changes: [{ service: 'a', change: 'HPA minReplicas 1 -> 2', refused: '' }] }];
    assert.deepEqual(planOf(entry({ summary: { plan } })), plan);
    for (const summary of [undefined, null, {}, { plan: 7 }, { plan: [{ stage: 'x' }] }])
      assert.equal(planOf(entry({ summary } as Partial<RunEntry>)), null);
  });

  it('A transfer says what its plan found to be in the way', () => {
    const finding = { severity: 'blocks', code: 'missingRight', service: '', message: 'Needs verb update' } as const;
    const right = { verb: 'get', allowed: true };
    const preflight = { rights: [right, { ...right, allowed: false }], findings: [finding] };
    assert.deepEqual(preflightOf(entry({ summary: { plan: [], preflight } })), {
      rights: 2,
      granted: 1,
      findings: [{ severity: 'blocks', service: '', message: 'Needs verb update' }],
    });
    for (const summary of [undefined, null, {}, { preflight: {} }])
      assert.equal(preflightOf(entry({ summary } as Partial<RunEntry>)), null);
  });

  it('A transfer offers new runs until somebody has started them', () => {
    const offers = [
      { what: 'twin', job: 'fit', why: 'it is old', t: 100 },
      { what: 'policies', job: 'train', why: 'they are old', t: 100 },
    ] as const;
    const transfer = entry({ offers });
    const open = (...runs: Partial<RunEntry>[]) =>
      openOffers(transfer, [transfer, ...runs.map((run) => entry(run))]).map(({ what }) => what);
    assert.deepEqual(open(), ['twin', 'policies']);
    assert.deepEqual(open({ kind: 'fit', createdAt: 101 }), ['policies']);
    assert.deepEqual(open({ kind: 'fit', createdAt: 99 }), ['twin', 'policies']);
    assert.deepEqual(open({ kind: 'train', createdAt: 101, name: 'other' }), ['twin', 'policies']);
    assert.deepEqual(open({ kind: 'train', createdAt: 101, project: '/other' }), ['twin', 'policies']);
    assert.deepEqual(openOffers(entry({}), []), []);
  });

  it('A transfer takes the newest policies of its Training', () => {
    const runs = [
      entry({ id: 'running', kind: 'train', state: 'running', results: ['policies'] }),
      entry({ id: 'other', kind: 'train', name: 'other', results: ['policies'] }),
      entry({ id: 'elsewhere', kind: 'train', project: '/other', results: ['policies'] }),
      entry({ id: 'newest', kind: 'run', results: ['twin', 'policies'] }),
      entry({ id: 'older', kind: 'train', results: ['policies'] }),
    ];
    assert.equal(newestPolicies(runs, '/specs', 'default')?.id, 'newest');
    assert.equal(newestPolicies(runs, '/specs', 'none'), undefined);
  });
});
