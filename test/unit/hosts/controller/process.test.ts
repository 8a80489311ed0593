import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SPEC_ENDING } from '../../../../src/operating/controller/configuration.ts';
import { packFile } from '../../../../src/operating/controller/packed-files.ts';
import { isPaused } from '../../../../src/cluster/kubernetes/writing/hpa-edits.ts';
import type { Hpa } from '../../../../src/cluster/kubernetes/client/objects.ts';
import { createWasmBackend } from '../../../../src/nn/wasm/backend.ts';
import { readSpecFolder } from '../../../../src/spec/folder.ts';
import { packPolicies } from '../../../../src/deciding/policy.ts';
import { episodePool } from '../../../../src/training/setup.ts';
import { Mappo } from '../../../../src/training/mappo/mappo.ts';
import { ensureBuilt } from '../../../../tools/build-once.ts';
import { hpas, NAMESPACE, startFakeCluster, type FakeCluster } from '../../../fake-kubernetes/namespace.ts';
import { sampleSetup } from '../../training/sample.ts';
import { until as untilTrue } from '../../until.ts';

type Line = {
  readonly type: string;
  readonly stage?: string;
  readonly event?: string;
  readonly [field: string]: unknown;
};

interface Replica {
  readonly process: ChildProcess;
  readonly lines: Line[];
  readonly exited: Promise<number | null>;
}

const TRANSFER = `
apiVersion: karma-mas.dev/v1alpha1
kind: Transfer
metadata: { name: production }
spec:
  training: default
  target: { context: in-cluster, namespace: ${NAMESPACE} }
  stages: [{ shadow: { for: 15s } }, { canary: { services: [b], for: 1h } }]
`;

/** The built controller, as its image has it. */
const PROGRAM = join(ensureBuilt(), 'controller.mjs');

describe('The process of the controller', () => {
  let fake: FakeCluster;
  let folder: string;
  const replicas: Replica[] = [];
  before(async () => {
    fake = await startFakeCluster();
    folder = join(fake.folder, 'configuration');
    mkdirSync(folder);
    const backend = await createWasmBackend();
    const setup = await sampleSetup(backend);
    const trainer = new Mappo({ ...setup, seed: 1, episodes: 4, episodeAt: episodePool(setup, 'train', 1) });
    const policies = packPolicies(trainer.policies());
    trainer.dispose();
    backend.dispose();
    for (const [key, bytes] of packFile('policies.bin', policies)) writeFileSync(join(folder, key), bytes);
    const { files } = await readSpecFolder('examples/chained-services');
    for (const { path, text } of files) {
      const real = Buffer.from(text as Uint8Array)
        .toString()
        .replace(
          'source: emulator #',
          'source: prometheus\n    prometheus: { service: monitoring/prometheus:9090, preset: chained-services } #',
        );
      writeFileSync(join(folder, path), path === `transfer${SPEC_ENDING}` ? TRANSFER : real);
    }
  });
  after(async () => {
    for (const { process } of replicas) process.kill('SIGKILL');
    await fake.stop();
  });

  function start(name: string): Replica {
    const process = spawn(
      globalThis.process.execPath,
      [PROGRAM, '--config', folder, '--transfer', 'production', '--port', '0', '--identity', name],
      { env: { ...globalThis.process.env, ...fake.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const lines: Line[] = [];
    createInterface({ input: process.stdout! }).on('line', (line) => lines.push(JSON.parse(line) as Line));
    const exited = new Promise<number | null>((resolve) => process.on('exit', resolve));
    const replica = { process, lines, exited };
    replicas.push(replica);
    return replica;
  }

  const until = (what: string, condition: () => boolean): Promise<void> =>
    untilTrue(what, condition, () =>
      JSON.stringify(
        replicas.map(({ lines }) => lines.slice(-5)),
        null,
        1,
      ),
    );
  const hpaOfB = (): Hpa => fake.api.get<Hpa>(`${hpas}/b-hpa`);
  const leads = ({ lines }: Replica): boolean => lines.some(({ event }) => event === 'held');

  it('The standby restores the HPA after the leader is killed, and a controller that gets SIGTERM restores it itself', async () => {
    const before = hpaOfB().spec;
    const one = start('one');
    await until('one leads', () => leads(one));
    const two = start('two');
    await until('two stands by', () => two.lines.some(({ event, holder }) => event === 'waiting' && holder === 'one'));
    await until('the HPA of b is paused', () => isPaused(hpaOfB().spec));

    one.process.kill('SIGKILL');
    await until('the HPA of b is restored', () => !isPaused(hpaOfB().spec));
    assert.deepEqual(hpaOfB().spec, before);
    assert.equal(hpaOfB().metadata.annotations?.['karma-mas.dev/original-spec'], undefined);
    assert.ok(leads(two));

    await until('it is paused again', () => isPaused(hpaOfB().spec));
    two.process.kill('SIGTERM');
    assert.equal(await two.exited, 0);
    assert.deepEqual(hpaOfB().spec, before);
    const lease = fake.api.get<{ spec: { holderIdentity?: string } }>(
      `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/karma-mas`,
    );
    assert.equal(lease.spec.holderIdentity, undefined);
    assert.ok(two.lines.some(({ type, stage }) => type === 'decision' && stage === 'canary'));
    assert.ok(two.lines.every(({ t }) => typeof t === 'string'));
  });

  it('The controller reports in one line what is wrong with its configuration', async () => {
    const process = spawn(globalThis.process.execPath, [PROGRAM, '--config', folder, '--transfer', 'no']);
    let text = '';
    process.stdout.on('data', (part: Buffer) => (text += part.toString()));
    const code = await new Promise((resolve) => process.on('exit', resolve));
    assert.equal(code, 1);
    assert.match((JSON.parse(text) as { message: string }).message, /no Transfer named no/);
  });
});
