/**
 * From an empty folder to policies on a real cluster and back, by the command line alone; kubectl shows what each step did.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import type { AuditRecord, DecisionRecord } from '../../../src/transferring/audit.ts';
import { cli, CliRun } from '../support/cli.ts';
import { Connected } from '../support/connected.ts';
import { eventually, prometheusService, within } from '../support/kubectl.ts';
import { SERVICES, type Found } from '../support/sample-namespace.ts';
import { onTestCluster } from '../support/sample-project.ts';

/** Seconds that each of three runs records: at one transition every 15 s, together as many transitions as one run in ten minutes. */
const TRACE_SECONDS = 210;
/** Seconds after the start of the run that explores at which the two runs that only observe start. */
const LOOK_ON_AFTER = [5, 10];
const STAGE = '30s';
/** Seconds that the highest stage lasts. */
const FULL = 45;
const NAMESPACE = 'chained-services';
const PLACE = `test/${NAMESPACE}`;

describe('the whole way on a real cluster', function () {
  this.timeout(20 * 60_000);

  let connected: Connected;
  let project: string;
  let found: Found;
  /** Everything that was printed, for the search for secrets. */
  const printed: string[] = [];

  before(async () => {
    connected = await Connected.start(NAMESPACE);
    project = join(connected.folder, 'project');
    found = connected.namespace.found();
    connected.namespace.load(upAndDown(20, 120, 60));
  });
  after(() => connected.stop());
  beforeEach(() => connected.proxy.reset());
  afterEach(function () {
    // Every step depends on the steps before it.
    if (this.currentTest?.state === 'failed') for (const test of this.test!.parent!.tests) test.pending ||= !test.state;
  });

  async function karma(...args: string[]) {
    const finished = await cli(args, connected.kubeconfig);
    printed.push(finished.stdout, finished.stderr);
    return finished;
  }

  /** Runs a command and returns the record of its end. */
  async function job(...args: string[]): Promise<Record<string, unknown>> {
    const { results } = await karma(...args);
    const end = results.findLast(({ type }) => type === 'finished');
    assert.ok(end, `no end in ${JSON.stringify(results)}`);
    return end;
  }

  it('Import Cluster writes the spec of the namespace, which is valid without a change', async () => {
    mkdirSync(project);
    const file = join(project, 'cluster.karma.yaml');
    await eventually('Prometheus knows the pods', async () => {
      rmSync(file, { force: true });
      // An account with rights in a single namespace cannot look for Prometheus in the others.
      await karma('cluster', 'import', NAMESPACE, '--prometheus', prometheusService, '--out', file);
      return /preset: chained-services/.test(readFileSync(file, 'utf8'));
    });
    await karma('validate', project);
    const { spec } = parseDocument(readFileSync(file, 'utf8')).toJS() as { spec: ImportedSpec };
    assert.equal(spec.namespace, NAMESPACE);
    assert.deepEqual(
      spec.services.map(({ name, entryPoint, replicas }) => [name, entryPoint ?? false, replicas]),
      [
        ['a', true, { min: 1, max: 5 }],
        ['b', false, { min: 1, max: 3 }],
        ['c', false, { min: 1, max: 4 }],
        ['d', false, { min: 1, max: 6 }],
      ],
    );
    assert.deepEqual(
      spec.services.map(({ calls = [] }) => calls.map(({ service }) => service)),
      [['b', 'c'], ['d'], ['d'], []],
      'who calls whom',
    );
    assert.deepEqual(
      spec.services.map(({ resources }) => resources.requests.cpu),
      ['50m', '40m', '60m', '70m'],
    );
    assert.deepEqual(connected.proxy.changes(), []);
  });

  it('karma-mas init --organization adds the other specs beside the Cluster, and all are valid', async () => {
    await karma('init', project, '--organization', '--context', 'test');
    await karma('validate', project);
    // The Transfer that it writes takes an hour to climb.
    const transfer = join(project, 'transfer.karma.yaml');
    writeFileSync(transfer, onTestCluster(readFileSync(transfer, 'utf8'), NAMESPACE, STAGE));
    // Room for the workload only, so that its services compete for it, as in the sample.
    const file = join(project, 'cluster.karma.yaml');
    const cluster = parseDocument(readFileSync(file, 'utf8'));
    cluster.setIn(['spec', 'nodes'], cluster.createNode({ cpu: '650m', memory: '1200Mi' }));
    writeFileSync(file, cluster.toString());
    await karma('validate', project);
  });

  it('Test Queries finds a recent value for every metric of every service', async () => {
    const { results } = await eventually('all metrics', async () => {
      const run = new CliRun(['cluster', 'test-queries', project, '--json'], connected.kubeconfig);
      const finished = await run.finished;
      printed.push(finished.stdout, finished.stderr);
      return finished.status === 0 ? finished : undefined;
    });
    const [tested] = results as unknown as { complete: boolean; context: string; namespace: string }[];
    assert.ok(tested.complete);
    assert.deepEqual([tested.context, tested.namespace], ['test', NAMESPACE]);
    assert.deepEqual(connected.proxy.changes(), []);
  });

  it(`Collect Traces records three runs at once for ${TRACE_SECONDS} s under load, one of them with exploration, and leaves the HPAs as they were found`, async () => {
    const hours = String(TRACE_SECONDS / 3600);
    const refused = await new CliRun(
      ['collect', project, '--hours', hours, '--write-to', 'test/elsewhere'],
      connected.kubeconfig,
    ).finished;
    assert.notEqual(refused.status, 0, 'a place that is not meant is not written to');
    assert.deepEqual(connected.proxy.changes(), []);

    const recordings = await Promise.all([
      job('collect', project, '--hours', hours, '--write-to', PLACE, '--exploration', '0.5'),
      ...LOOK_ON_AFTER.map((seconds) => sleep(seconds * 1000).then(() => job('collect', project, '--hours', hours))),
    ]);
    for (const { summary } of recordings) {
      const { transitions } = summary as { transitions: number };
      assert.ok(transitions >= TRACE_SECONDS / 15 - 4, JSON.stringify(summary));
    }
    assert.ok(
      connected.proxy.scalingChanges().some(({ resource }) => resource === 'deployments/scale'),
      'it explored',
    );
    assert.ok(connected.namespace.isAsFound(found));
    // From here on, fewer requests do: no step measures how many are answered.
    connected.namespace.load(upAndDown(10, 60, 30));
  });

  it('Fit Twin finishes with the collected traces', async () => {
    await job('fit', project);
  });

  it('Train finishes a short training, and neither it nor Fit Twin writes to the cluster', async () => {
    await job('train', project, '--steps', '4096', '--seeds', '1');
    assert.deepEqual(connected.proxy.changes(), [], 'neither fits nor trains a cluster');
  });

  it('Plan says what each stage would write, and writes nothing', async () => {
    interface Planned {
      readonly stage: string;
      readonly changes: readonly { readonly service: string; readonly refused: string }[];
    }
    let plan: readonly Planned[] = [];
    const wouldChange = () => plan[3].changes.filter(({ refused }) => refused === '').map(({ service }) => service);
    // A write is refused if an HPA has just changed what it is about: the next plan is asked at another moment.
    await eventually(
      'full would change every service',
      async () => {
        ({ plan } = (await job('transfer', project, '--up-to', 'plan')).summary as { plan: readonly Planned[] });
        return SERVICES.every((name) => wouldChange().includes(name));
      },
      () => JSON.stringify(plan[3]),
    );
    assert.deepEqual(
      plan.map(({ stage }) => stage),
      ['shadow', 'floor', 'canary', 'full'],
    );
    assert.deepEqual(connected.proxy.changes(), []);
    assert.ok(
      connected.proxy.requests.some(({ dryRun }) => dryRun),
      'the server was asked',
    );
    assert.ok(connected.namespace.isAsFound(found));
  });

  it('Shadow, Floor, Canary and Full each write only what they may, and the namespace ends as it was found', async () => {
    const { proxy, namespace } = connected;
    const run = new CliRun(
      ['transfer', project, '--up-to', 'full', '--full-for', String(FULL), '--write-to', PLACE, '--json'],
      connected.kubeconfig,
    );
    const directory = await runDirectory(run);

    await untilStage('shadow', run, directory);
    await sleep(3000);
    assert.deepEqual(proxy.scalingChanges(), [], 'shadow writes nothing');
    assert.ok(namespace.isAsFound(found));

    await untilStage('floor', run, directory);
    await sleep(2000);
    assert.deepEqual(namespace.paused(), [], 'on the floor the HPAs act');
    assert.ok(proxy.scalingChanges().every(({ resource }) => resource === 'horizontalpodautoscalers'));

    await untilStage('canary', run, directory);
    await sleep(2000);
    assert.deepEqual(namespace.paused(), ['b']);
    assert.deepEqual(
      minimums(connected).filter(([name, minimum]) => name !== 'b' && minimum !== 1),
      [],
      'the floor is gone',
    );

    await untilStage('full', run, directory);
    await sleep(2000);
    assert.deepEqual(namespace.paused(), [...SERVICES]);

    const { status, stdout, stderr } = await run.finished;
    printed.push(stdout, stderr);
    assert.equal(status, 0, stderr);
    assert.ok(namespace.isAsFound(found), 'the namespace is left as it was found');
    assertFaithful(readAudit(directory), connected);
  });

  it('Fall Back restores the HPAs within ten seconds after a single stop in stage Full', async () => {
    const { namespace } = connected;
    const run = new CliRun(
      ['transfer', project, '--up-to', 'full', '--full-for', '3600', '--write-to', PLACE, '--json'],
      connected.kubeconfig,
    );
    const directory = await runDirectory(run);
    await untilStage('full', run, directory);
    assert.deepEqual(namespace.paused(), [...SERVICES]);
    run.child.kill('SIGINT');
    await within(10, 'all HPAs are as they were', () => namespace.isAsFound(found));
    const { stdout, stderr } = await run.finished;
    printed.push(stdout, stderr);
  });

  it('A second transfer of the same namespace is refused and told who writes there', async () => {
    const args = ['transfer', project, '--up-to', 'full', '--full-for', '3600', '--write-to', PLACE, '--json'];
    const first = new CliRun(args, connected.kubeconfig);
    const directory = await runDirectory(first);
    await eventually('it has the lease', () => readAudit(directory).length > 0);
    const second = await new CliRun(args, connected.kubeconfig).finished;
    printed.push(second.stdout, second.stderr);
    assert.notEqual(second.status, 0);
    assert.match(second.stderr + second.stdout, /writes to namespace chained-services \(Lease karma-mas\)/);
    first.child.kill('SIGINT');
    const { stdout, stderr } = await first.finished;
    printed.push(stdout, stderr);
    assert.ok(connected.namespace.isAsFound(found));
  });

  it('The watchdog restores the HPAs within a minute after the runner of a transfer was killed with -9', async () => {
    const { namespace } = connected;
    const args = ['transfer', project, '--up-to', 'full', '--full-for', '3600', '--write-to', PLACE, '--json'];
    const run = new CliRun(args, connected.kubeconfig);
    const directory = await runDirectory(run);
    await untilStage('full', run, directory);
    assert.deepEqual(namespace.paused(), [...SERVICES]);
    run.child.kill('SIGKILL');
    await within(60, 'all HPAs are as they were', () => namespace.isAsFound(found));
    const { stdout, stderr } = await run.finished;
    printed.push(stdout, stderr);
  });

  it('No secret of the kubeconfig is in anything that was written or printed', () => {
    const { token } = connected.account;
    const secrets = [token, token.split('.')[2], Buffer.from(token).toString('base64')];
    const files = filesBelow(project);
    assert.ok(files.length > 20, `files: ${files.length}`);
    for (const secret of secrets) {
      const needle = Buffer.from(secret);
      assert.deepEqual(
        files.filter((file) => contentOf(file).includes(needle)),
        [],
      );
      assert.ok(!printed.some((text) => text.includes(secret)), 'printed');
    }
  });
});

/** A load of two hours that changes, so that there is something to scale for; requests/s. */
const upAndDown = (low: number, high: number, middle: number): string =>
  Array.from({ length: 48 }, () => `${low}:45s,${high}:60s,${middle}:45s`).join(',');

interface ImportedSpec {
  readonly namespace: string;
  readonly services: readonly {
    readonly name: string;
    readonly entryPoint?: boolean;
    readonly replicas: { readonly min: number; readonly max: number };
    readonly resources: { readonly requests: { readonly cpu: string } };
    readonly calls?: readonly { readonly service: string }[];
  }[];
}

async function runDirectory(run: CliRun): Promise<string> {
  const line = await eventually('the run has begun', () => {
    if (run.child.exitCode !== null) throw new Error(`It ended: ${run.stderr}`);
    return run.stdout.split('\n').find((text) => text.includes('"type":"run"'));
  });
  return (JSON.parse(line) as { directory: string }).directory;
}

/** Waits for the first decision of a stage. Without one, the error tells the last records of the audit and what was printed. */
async function untilStage(stage: string, run: CliRun, directory: string): Promise<void> {
  const story = () =>
    `${readAudit(directory)
      .slice(-8)
      .map((record) => JSON.stringify(record))
      .join('\n')}\n${run.stderr}`;
  await eventually(
    stage,
    () => {
      if (readAudit(directory).some((record) => record.type === 'decision' && record.stage === stage)) return true;
      if (run.child.exitCode !== null) throw new Error(`It ended before stage ${stage}:\n${story()}`);
      return false;
    },
    story,
  );
}

function readAudit(directory: string): AuditRecord[] {
  try {
    const text = readFileSync(join(directory, 'artifacts/audit.jsonl'), 'utf8');
    // The last line may still be incomplete.
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as AuditRecord);
  } catch {
    return [];
  }
}

/** Asserts that the audit agrees with what reached the server. */
function assertFaithful(records: readonly AuditRecord[], { proxy }: Connected): void {
  const written = records.filter((record) => record.type === 'write' && !record.dryRun && record.result === 'accepted');
  const reached = proxy.scalingChanges();
  // Restoring an object that is already as it was writes nothing.
  assert.ok(reached.length <= written.length, `audited ${written.length}, reached the server ${reached.length}`);
  const scaled = written.filter(
    (record) => record.type === 'write' && (record.write as { type: string }).type === 'scale',
  );
  assert.equal(reached.filter(({ resource }) => resource === 'deployments/scale').length, scaled.length);
  const decisions = records.filter((record): record is DecisionRecord => record.type === 'decision');
  for (const stage of ['shadow', 'floor', 'canary', 'full'])
    assert.ok(
      decisions.some((decision) => decision.stage === stage),
      `no decision in ${stage}`,
    );
}

const minimums = ({ namespace }: Connected): [string, number][] =>
  namespace.hpas().map(({ metadata, spec }) => [metadata.name, spec.minReplicas ?? 1]);

/** The content of a file; empty if a process that is about to end has just removed it. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** Lists again where a process that is about to end has just removed a folder. */
function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return filesBelow(folder);
    throw error;
  }
}
