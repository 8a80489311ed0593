import assert from 'node:assert/strict';
import { ESLint, Linter } from 'eslint';

/** What the lint rules of this repository say about an import of a file, whether or not the file exists. */
async function complaints(file: string, specifier: string): Promise<string[]> {
  const config = (await new ESLint().calculateConfigForFile(file)) as Linter.Config;
  const names = ['no-restricted-imports', '@typescript-eslint/no-restricted-imports'];
  const rules = Object.fromEntries(names.map((name) => [name, config.rules?.[name] ?? 'off'])) as Linter.RulesRecord;
  const { plugins } = config as { plugins: Record<string, ESLint.Plugin> };
  return new Linter().verify(`import '${specifier}';`, { plugins, rules }).map(({ message }) => message);
}

/** What the lint rules say about a line of code in a file of the engine. */
async function complaintsAbout(file: string, code: string): Promise<string[]> {
  const config = (await new ESLint().calculateConfigForFile(file)) as Linter.Config;
  const names = ['no-restricted-syntax', 'no-restricted-globals'];
  const rules = Object.fromEntries(names.map((name) => [name, config.rules?.[name] ?? 'off'])) as Linter.RulesRecord;
  const globals = Object.fromEntries(GLOBALS.map((name) => [name, 'readonly' as const]));
  return new Linter().verify(code, { rules, languageOptions: { globals } }).map(({ message }) => message);
}
const GLOBALS = ['setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto', 'fetch', 'process'];

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

  const handedIn = [
    'Math.random();',
    'Date.now();',
    'new Date();',
    'Date();',
    'performance.now();',
    'process.hrtime.bigint();',
    'process.uptime();',
    'AbortSignal.timeout(1000);',
    'setTimeout(() => 0, 1000);',
    'setInterval(() => 0, 1000);',
    'setImmediate(() => 0);',
    "import { setTimeout as sleep } from 'node:timers/promises'; sleep(1);",
    "import { setImmediate } from 'node:timers'; setImmediate(() => 0);",
    "import { setTimeout } from 'timers/promises'; setTimeout(1);",
    "export { setTimeout } from 'node:timers/promises';",
    "await import('node:timers/promises');",
    "import { performance as clock } from 'node:perf_hooks'; clock.now();",
    "import { randomUUID } from 'node:crypto'; randomUUID();",
    "import { randomBytes as bytes } from 'crypto'; bytes(8);",
    "import crypto from 'node:crypto'; crypto.randomUUID();",
    'crypto.randomUUID();',
    'crypto.getRandomValues(new Uint8Array(8));',
    'process.env.HOME;',
    'process.pid;',
    "import { env } from 'node:process'; env.HOME;",
  ];
  for (const room of [
    'spec',
    'language',
    'cluster/kubernetes',
    'nn',
    'runs',
    'modeling',
    'training',
    'transferring',
    'reporting',
  ])
    it(`The code in src/${room} may not have a clock, timer, randomness or environment of its own`, async () => {
      for (const code of handedIn)
        assert.match((await complaintsAbout(`src/${room}/any.ts`, code)).join(), /hand it in/, code);
    });

  it('The engine may use hashes, dates that it is given and the platform, and src/cluster/breathe.ts may use setImmediate', async () => {
    for (const code of [
      "import { createHash } from 'node:crypto'; createHash('sha256');",
      'new Date(0);',
      'process.platform;',
    ])
      assert.deepEqual(await complaintsAbout('src/spec/any.ts', code), [], code);
    const breathe = "export { setImmediate as breathe } from 'node:timers/promises';";
    assert.deepEqual(await complaintsAbout('src/cluster/breathe.ts', breathe), []);
  });

  it('The code in src/hosts, src/jobs, src/operating and src/setup may use clocks and timers', async () => {
    for (const room of ['hosts/cli', 'jobs/running', 'operating/install', 'setup/checks'])
      assert.deepEqual(
        await complaintsAbout(`src/${room}/any.ts`, 'setTimeout(() => process.pid, Date.now());'),
        [],
        room,
      );
  });
});
