import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { KarmaRun } from '../../../src/hosts/extension/api.ts';
import type { AuditRecord } from '../../../src/transferring/audit.ts';
import { answerMessages, eventually, karma, runOnce, SHORT_TRAINING } from './helpers.ts';

describe('Transfers from the Cluster view', () => {
  const folder = vscode.workspace.workspaceFolders![0].uri.fsPath;
  const spec = join(folder, 'transfer.karma.yaml');
  const sample = readFileSync(spec, 'utf8');
  let messages: string[] = [];
  let answer: string | undefined;
  let answers: vscode.Disposable;

  before(() => {
    answers = answerMessages((message, buttons) => {
      messages.push(message);
      return buttons.find((button) => button === answer);
    });
  });
  beforeEach(() => {
    messages = [];
    answer = undefined;
  });
  after(() => {
    answers.dispose();
    writeFileSync(spec, sample);
  });

  const transfer = (upTo: string) => vscode.commands.executeCommand('karma-mas.transfer', { upTo });
  const transfers = async (): Promise<KarmaRun[]> =>
    (await (await karma()).runs()).filter(({ kind }) => kind === 'transfer');
  const audit = ({ directory }: KarmaRun): AuditRecord[] => {
    const path = join(directory, 'artifacts/audit.jsonl');
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map((line) => JSON.parse(line) as AuditRecord);
  };

  it('A transfer needs policies and says so', async () => {
    await karma();
    await eventually('the clusters are known', async () => {
      messages = [];
      await transfer('plan');
      return messages.some((message) => /No policies have been trained for Training default yet/.test(message));
    });
    assert.deepEqual(await transfers(), []);
  });

  it('Fall Back without a transfer says that there is nothing to fall back from', async () => {
    await vscode.commands.executeCommand('karma-mas.fallBack');
    assert.match(messages[0], /No transfer is under way/);
  });

  describe('Transfers with policies', () => {
    before(async () => {
      writeFileSync(spec, sample.replace('training: default', 'training: in-emulator'));
      const run = await vscode.commands.executeCommand<KarmaRun>('karma-mas.train', SHORT_TRAINING);
      await runOnce(run.directory, 'it is trained', ({ state }) => state === 'finished');
    });

    it('A plan asks no question and writes nothing', async () => {
      await eventually('the server has read the Transfer', async () => {
        await transfer('plan');
        return (await transfers()).length > 0;
      });
      const [run] = await transfers();
      await runOnce(run.directory, 'it is planned', ({ state }) => state === 'finished');
      const writes = audit(run).filter((record) => record.type === 'write');
      assert.ok(writes.length > 0 && writes.every(({ dryRun }) => dryRun));
    });

    it('A transfer that is not confirmed does not start', async () => {
      const before = (await transfers()).length;
      for (const upTo of ['shadow', 'canary', 'full']) await transfer(upTo);
      // Among other messages, the earlier plan reports that it has finished.
      const questions = messages.filter((message) => message.endsWith('cluster.') || message.includes('?'));
      assert.equal(questions.length, 3, messages.join(' | '));
      assert.ok(questions.every((message) => message.includes('emulator') && message.includes('chained-services')));
      assert.match(questions[0], /Nothing is written/);
      assert.match(questions[1], /This writes to the cluster/);
      assert.equal((await transfers()).length, before);
    });

    it('Only one transfer runs at a time, and Fall Back restores the HPAs at once', async () => {
      const before = (await transfers()).length;
      answer = 'Begin Canary';
      await transfer('canary');
      const [run] = await transfers();
      assert.equal((await transfers()).length, before + 1);
      await eventually('it decides', () => audit(run).some(({ type }) => type === 'decision'));
      messages = [];
      await transfer('full');
      assert.ok(
        messages.some((message) => message.includes('A transfer is under way')),
        messages.join(' | '),
      );
      assert.equal((await transfers()).length, before + 1);

      const decisions = (): number => audit(run).filter(({ type }) => type === 'decision').length;
      const asked = decisions();
      await vscode.commands.executeCommand('karma-mas.fallBack');
      assert.ok(decisions() <= asked + 1, 'it does not wait for another decision');
      await runOnce(run.directory, 'it has ended', ({ state }) => state === 'stopped');
      const last = audit(run).at(-1)!;
      assert.ok(last.type === 'stage' && last.stage === 'fallback' && last.ended === 'stopped');
      assert.deepEqual(
        Object.entries(last.hpas!).map(([service, { asBefore }]) => [service, asBefore]),
        ['a', 'b', 'c', 'd'].map((service) => [service, true]),
      );
    });

    it('A transfer goes to the cluster that was chosen', async () => {
      const second = join(folder, 'second.karma.yaml');
      const window = vscode.window as unknown as { showQuickPick: unknown };
      const pick = window.showQuickPick;
      const choose = (label: string) =>
        eventually(`${label} is chosen`, async () => {
          let offered: string[] = [];
          window.showQuickPick = (items: readonly { readonly label: string }[]) => {
            offered = items.map((item) => item.label);
            return Promise.resolve(items.find((item) => item.label === label));
          };
          await vscode.commands.executeCommand('karma-mas.selectCluster');
          return offered.includes(label);
        });
      writeFileSync(
        second,
        readFileSync(join(folder, 'cluster.karma.yaml'), 'utf8').replace('name: chained-services', 'name: second'),
      );
      try {
        await choose('second');
        messages = [];
        await transfer('plan');
        assert.ok(
          messages.some((message) => message.includes('No Transfer in the specifications is for this cluster')),
        );
        await choose('chained-services');
        answer = undefined;
        messages = [];
        await transfer('shadow');
        assert.ok(messages.some((message) => message.includes('Nothing is written')));
      } finally {
        window.showQuickPick = pick;
        rmSync(second);
      }
    });

    it('A transfer is refused while the specifications have errors', async () => {
      const before = (await transfers()).length;
      const text = readFileSync(spec, 'utf8');
      writeFileSync(spec, text.replace('limits:', 'limit:'));
      try {
        await eventually('the server has seen the error', async () => {
          messages = [];
          await transfer('shadow');
          return messages.some((message) => /The specifications have/.test(message));
        });
      } finally {
        writeFileSync(spec, text);
      }
      assert.equal((await transfers()).length, before);
    });
  });
});
