/** Tests Install, Upgrade and Remove Controller against a fake API server. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { KarmaRun } from '../../../src/hosts/extension/api.ts';
import { NAMESPACE } from '../../fake-kubernetes/namespace.ts';
import { answerInputs, useFakeCluster } from './fake-cluster.ts';
import { answerMessages, karma, runOnce, SHORT_TRAINING } from './helpers.ts';

const DEPLOYMENT = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/karma-mas`;
const IMAGE = 'registry.test/karma-mas-controller:1';

describe('Commands for the controller', () => {
  const folder = vscode.workspace.workspaceFolders![0].uri.fsPath;
  const specs = ['cluster.karma.yaml', 'transfer.karma.yaml'].map((name) => join(folder, name));
  const [cluster, transfer] = specs.map((path) => readFileSync(path, 'utf8'));
  const fake = useFakeCluster();
  let run: KarmaRun;
  let messages: string[] = [];
  /** Titles of the buttons to press, in order. */
  let presses: string[] = [];
  let answers: vscode.Disposable;
  let inputs: vscode.Disposable;

  before(async () => {
    answers = answerMessages((message, buttons) => {
      messages.push(message);
      return buttons.includes(presses[0]) ? presses.shift() : undefined;
    });
    inputs = answerInputs({
      pick: (labels) => labels.find((label) => label === 'shadow' || label === 'As Installed'),
      enter: () => IMAGE,
    });
    const prometheus = `source: prometheus\n    prometheus: { service: monitoring/prometheus:9090, preset: chained-services } #`;
    writeFileSync(specs[0], cluster.replace('source: emulator', prometheus));
    writeFileSync(
      specs[1],
      transfer
        .replace('training: default', 'training: in-emulator')
        .replace(/target: .*/, `target: { context: fake, namespace: ${NAMESPACE} }`),
    );
    await karma();
    run = (await vscode.commands.executeCommand<KarmaRun>('karma-mas.train', SHORT_TRAINING))!;
    await runOnce(run.directory, 'it is trained', ({ state }) => state === 'finished');
  });
  beforeEach(() => {
    messages = [];
    presses = [];
    fake().api.requests.length = 0;
  });
  after(async () => {
    answers.dispose();
    inputs.dispose();
    writeFileSync(specs[0], cluster);
    writeFileSync(specs[1], transfer);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  const command = (action: 'install' | 'upgrade' | 'remove') =>
    vscode.commands.executeCommand(`karma-mas.${action}Controller`, run.directory);

  it('Install Controller shows what it would write and does nothing before it is confirmed', async () => {
    await command('install');
    // The last message, since an earlier one reports that the training has finished.
    assert.equal(messages.at(-1), `Install the controller on fake, namespace ${NAMESPACE}? This writes 11 objects.`);
    presses = ['Show Changes'];
    await command('install');
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(document.uri.scheme, 'karma-controller');
    assert.match(document.getText(), /^context fake, server http:.*\nimage registry\.test.*up to stage shadow\n/);
    assert.match(document.getText(), /\ncreate +Deployment chained\/karma-mas\n/);
    assert.deepEqual(fake().api.writes, []);
  });

  it('Install Controller installs, after which there is nothing to upgrade', async () => {
    presses = ['Install Controller'];
    await command('install');
    assert.match(
      messages.at(-1)!,
      /The controller is installed in namespace chained of fake\..* can pull registry\.test/,
    );
    assert.ok(JSON.stringify(fake().api.get(DEPLOYMENT)).includes(IMAGE));
    messages = [];
    await command('upgrade');
    assert.deepEqual(messages, ['The controller is up to date: there is nothing to do.']);
  });

  it('Remove Controller says which verbs are missing', async () => {
    fake().api.forbidden = ({ verb, resource }) => verb === 'delete' && resource === 'services';
    await command('remove');
    fake().api.forbidden = () => false;
    assert.match(messages[0], /Needs verb delete on resource services in namespace chained/);
    assert.deepEqual(fake().api.writes, []);
  });

  it('Upgrade Controller takes over fields of somebody else only when the user says so', async () => {
    const deployment = fake().api.get(DEPLOYMENT);
    (deployment.spec as { replicas: number }).replicas = 1;
    fake().api.put(DEPLOYMENT.slice(0, DEPLOYMENT.lastIndexOf('/')), deployment);
    fake().api.owners.claim(DEPLOYMENT, 'kubectl', ['spec', 'replicas']);
    await command('upgrade');
    assert.match(messages[0], /conflict with "kubectl": \.spec\.replicas/);
    assert.deepEqual(fake().api.writes, []);
    presses = ['Take Over the Fields...', 'Upgrade Controller'];
    await command('upgrade');
    assert.equal((fake().api.get(DEPLOYMENT).spec as { replicas: number }).replicas, 2);
  });

  it('Remove Controller leaves nothing behind', async () => {
    presses = ['Remove Controller'];
    await command('remove');
    assert.match(messages.at(-1)!, /The controller has been removed\. The HPAs act in namespace chained of fake/);
    assert.ok(!fake().api.has(DEPLOYMENT));
    messages = [];
    await command('remove');
    assert.deepEqual(messages, ['There is no controller to remove.']);
  });
});
