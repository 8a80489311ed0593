/** Tests Import Cluster and Test Queries against a fake API server. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { kubeconfig, NAMESPACE } from '../../fake-kubernetes/namespace.ts';
import { answerInputs, useFakeCluster } from './fake-cluster.ts';
import { answerMessages, eventually, karma } from './helpers.ts';

describe('Import Cluster and Test Queries', () => {
  const folder = vscode.workspace.workspaceFolders![0].uri.fsPath;
  const imported = [`cluster-${NAMESPACE}`, `cluster-${NAMESPACE}-2`].map((name) => join(folder, `${name}.karma.yaml`));
  const fake = useFakeCluster();
  let messages: string[] = [];
  let answers: vscode.Disposable;
  let inputs: vscode.Disposable;
  /** Labels of the choices that were offered, one list per question. */
  let offered: string[][] = [];
  /** Labels to choose and texts to enter, in order; undefined cancels. */
  let choices: readonly string[] = [];
  let entries: (string | undefined)[] = [];
  let valid: (string | undefined)[] = [];

  before(async () => {
    answers = answerMessages((message) => {
      // Meanwhile, runs of earlier suites may report their ends.
      if (!/ has finished[.:]/.test(message)) messages.push(message);
      return undefined;
    });
    inputs = answerInputs({
      pick(labels) {
        offered.push([...labels]);
        return labels.find((label) => choices.includes(label));
      },
      enter({ value = '', validateInput }) {
        const entry = entries.length > 0 ? entries.shift() : value;
        valid.push(entry === undefined ? undefined : (validateInput?.(entry) as string | undefined));
        return entry;
      },
    });
    await karma();
  });
  beforeEach(() => {
    [messages, offered, entries, valid] = [[], [], [], []];
    choices = ['Name It...', 'fake'];
    fake().api.requests.length = 0;
  });
  after(async () => {
    answers.dispose();
    inputs.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const file of imported) rmSync(file, { force: true });
    await vscode.commands.executeCommand('karma-mas.refresh');
  });

  const importCluster = () => vscode.commands.executeCommand('karma-mas.importCluster');
  const testQueries = (name?: string) =>
    vscode.commands.executeCommand('karma-mas.testQueries', name === undefined ? undefined : { name });

  it('Test Queries says that an emulated cluster has no queries, and connects to nothing', async () => {
    await eventually('the clusters are known', async () => {
      messages = [];
      await testQueries();
      return messages.some((message) => /chained-services is emulated.*Run Import Cluster to add one/.test(message));
    });
    assert.deepEqual(fake().api.requests, []);
  });

  it('Import Cluster writes the namespace of the context into a file of its own', async () => {
    entries = [NAMESPACE, 'monitoring/prometheus:9090'];
    await importCluster();
    assert.deepEqual(offered, [['Look for It in the Cluster', 'Name It...']], 'one folder, one context');
    assert.deepEqual(valid, [undefined, undefined]);
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(document.uri.fsPath, imported[0]);
    assert.match(document.getText(), /kind: Cluster\nmetadata: \{ name: chained \}/);
    assert.match(document.getText(), /service: monitoring\/prometheus:9090\n +preset: chained-services\n/);
    assert.match(messages[0], /Imported 4 services of namespace chained/);
    assert.deepEqual(fake().api.writes, []);
    const sample = join(folder, 'cluster.karma.yaml');
    assert.match(readFileSync(sample, 'utf8'), /name: chained-services/, 'what was there is as before');
  });

  it('Test Queries tests the queries of an imported cluster, complete or not', async () => {
    fake().prometheus.queries.length = 0;
    await testQueries(NAMESPACE);
    assert.deepEqual(messages, []);
    assert.ok(fake().prometheus.queries.length > 5);
    fake().prometheus.stopped = true;
    await testQueries(NAMESPACE);
    fake().prometheus.stopped = false;
    assert.deepEqual(messages, [], 'what is missing is told in the view, and is no failure');
    await testQueries('nothing');
    assert.match(messages[0], /The specifications declare no such Cluster/);
  });

  it('Test Queries knows a Cluster whose file was opened only now', async () => {
    const text = readFileSync(imported[0], 'utf8').replace(`name: ${NAMESPACE} }`, 'name: just-written }');
    writeFileSync(imported[1], text);
    try {
      await vscode.workspace.openTextDocument(vscode.Uri.file(imported[1]));
      await testQueries('just-written');
      assert.deepEqual(messages, []);
    } finally {
      rmSync(imported[1]);
    }
  });

  it('Import Cluster writes a second file beside the first one and checks what is entered', async () => {
    entries = ['Not a name', 'prometheus'];
    choices = ['Name It...'];
    await importCluster();
    assert.match(valid[0]!, /lowercase letters/);
    assert.match(valid[1]!, /namespace\/name:port/);
    assert.ok(!existsSync(imported[1]));
    messages = [];
    entries = [NAMESPACE, 'monitoring/prometheus:9090'];
    await importCluster();
    assert.ok(existsSync(imported[1]), messages.join());
    rmSync(imported[1]);
  });

  it('Import Cluster writes nothing where the user leaves or the namespace cannot be read', async () => {
    entries = [undefined];
    await importCluster();
    assert.deepEqual(messages, []);
    fake().api.forbidden = ({ resource }) => resource === 'deployments';
    entries = [NAMESPACE, 'monitoring/prometheus:9090'];
    await importCluster();
    fake().api.forbidden = () => false;
    assert.match(messages[0], /Needs verb list on resource deployments\.apps in namespace chained/);
    assert.ok(!existsSync(imported[1]));
  });

  it('Import Cluster asks once for the token of a Prometheus at a URL and writes it to no file', async () => {
    const token = 'planted-token-0123456789';
    fake().prometheus.token = token;
    const server: Server = createServer((request, response) => fake().prometheus.handle(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      entries = [NAMESPACE, url, token];
      await importCluster();
      const text = readFileSync(imported[1], 'utf8');
      assert.ok(text.includes(`url: "${url}"`) && text.includes('preset: chained-services'), text);
      assert.ok(!text.includes(token));
      rmSync(imported[1]);
      entries = [NAMESPACE, url];
      await importCluster();
      assert.ok(readFileSync(imported[1], 'utf8').includes('preset: chained-services'), 'it is kept');
      assert.deepEqual(entries, []);
      rmSync(imported[1]);
    } finally {
      fake().prometheus.token = undefined;
      server.close();
    }
  });

  it('Import Cluster offers several contexts, the current one first, and says when another one was chosen', async () => {
    const two = kubeconfig({ server: fake().server, name: 'alpha' });
    const { clusters, users, contexts } = kubeconfig({ server: fake().server });
    const config = {
      ...two,
      'current-context': 'fake',
      clusters: [...two.clusters, ...clusters],
      users: [...two.users, ...users],
      contexts: [...two.contexts, ...contexts],
    };
    const directory = join(fake().folder, 'two');
    mkdirSync(directory);
    process.env.KUBECONFIG = join(directory, 'config');
    writeFileSync(process.env.KUBECONFIG, JSON.stringify(config));
    choices = ['alpha', 'Name It...'];
    entries = [NAMESPACE, 'monitoring/prometheus:9090'];
    await importCluster();
    process.env.KUBECONFIG = fake().env.KUBECONFIG;
    assert.deepEqual(offered[0], ['fake', 'alpha']);
    assert.match(
      messages[0],
      /The current context is a different one\. A Transfer with the target alpha uses this one/,
    );
  });
});
