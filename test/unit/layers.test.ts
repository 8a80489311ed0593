import assert from 'node:assert/strict';
import { ESLint, Linter } from 'eslint';

/** What the lint rules of this repository say about the imports of a file, whether or not it is there. */
async function complaints(file: string, specifier: string): Promise<string[]> {
  const config = (await new ESLint().calculateConfigForFile(file)) as Linter.Config;
  const names = ['no-restricted-imports', '@typescript-eslint/no-restricted-imports'];
  const rules = Object.fromEntries(names.map((name) => [name, config.rules?.[name] ?? 'off'])) as Linter.RulesRecord;
  const { plugins } = config as { plugins: Record<string, ESLint.Plugin> };
  return new Linter().verify(`import '${specifier}';`, { plugins, rules }).map(({ message }) => message);
}

describe('lint rules of the architecture', () => {
  const forbidden = [
    ['src/spec/any.ts', '../cluster/random.ts', /src\/spec may not import src\/cluster/],
    ['src/cluster/any.ts', '../nn/backend.ts', /src\/cluster may not import src\/nn/],
    ['src/cluster/emulator/any.ts', '../../runs/journal.ts', /src\/cluster may not import src\/runs/],
    ['src/training/any.ts', '../evaluating/evaluate.ts', /src\/training may not import src\/evaluating/],
    ['src/transferring/any.ts', '../hosts/cli/main.ts', /src\/transferring may not import src\/hosts/],
    ['src/modeling/any.ts', 'node:http', /do network I\/O/],
    ['src/spec/any.ts', 'vscode', /Only src\/hosts\/extension imports vscode/],
    ['src/hosts/cli/any.ts', 'vscode', /Only src\/hosts\/extension imports vscode/],
    ['src/hosts/extension/any.ts', '../../spec/load.ts', /imports only types from the engine/],
    ['src/hosts/extension/runs/any.ts', '../../../training/train.ts', /imports only types from the engine/],
    ['src/hosts/extension/any.ts', '../../jobs/starting/new-run.ts', /imports only types from the engine/],
    ['src/hosts/cli/any.ts', '../server/main.ts', /src\/hosts\/cli may not import src\/hosts\/server/],
    ['src/hosts/cli/commands/any.ts', '../../extension/log.ts', /may not import src\/hosts\/extension/],
    ['src/deciding/any.ts', '../training/train.ts', /src\/deciding may not import src\/training/],
    ['src/jobs/kinds/any.ts', '../../operating/install/install.ts', /src\/jobs may not import src\/operating/],
    ['webview/cluster/any.ts', '@vscode/webview-ui-toolkit', /Only webview\/controls imports the toolkit/],
    ['webview/cluster/any.ts', '../../src/runs/run-list.ts', /gets data by messages/],
    ['webview/cluster/any.ts', 'node:fs', /runs in a browser/],
  ] as const;
  for (const [file, specifier, message] of forbidden)
    it(`${file} may not import ${specifier}`, async () =>
      assert.match((await complaints(file, specifier))[0], message));

  const allowed = [
    ['src/cluster/any.ts', '../spec/model.ts'],
    ['src/transferring/any.ts', '../deciding/policy.ts'],
    ['src/hosts/cli/any.ts', '../../evaluating/evaluate.ts'],
    ['src/hosts/extension/any.ts', 'vscode'],
    ['src/hosts/extension/any.ts', '../../runs/run-list.ts'],
    ['src/hosts/extension/any.ts', '../../jobs/starting/start-protocol.ts'],
    ['src/hosts/extension/runs/any.ts', '../cluster/source.ts'],
    ['webview/cluster/any.ts', '../shared/channel.ts'],
    ['webview/controls/any.ts', '@vscode/webview-ui-toolkit'],
    ['src/cluster/kubernetes/any.ts', 'node:http'],
  ] as const;
  for (const [file, specifier] of allowed)
    it(`${file} may import ${specifier}`, async () => assert.deepEqual(await complaints(file, specifier), []));
});
