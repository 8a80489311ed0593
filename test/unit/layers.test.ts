import assert from 'node:assert/strict';
import { ESLint, Linter } from 'eslint';

/** What the lint rules of this repository say about the imports of a file, whether or not it is there. */
async function complaints(file: string, specifier: string): Promise<string[]> {
  const config = (await new ESLint().calculateConfigForFile(file)) as Linter.Config;
  const rules = { 'no-restricted-imports': config.rules?.['no-restricted-imports'] ?? 'off' } as Linter.RulesRecord;
  return new Linter().verify(`import '${specifier}';`, { rules }).map(({ message }) => message);
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
  ] as const;
  for (const [file, specifier, message] of forbidden)
    it(`${file} may not import ${specifier}`, async () =>
      assert.match((await complaints(file, specifier))[0], message));

  const allowed = [
    ['src/cluster/any.ts', '../spec/model.ts'],
    ['src/transferring/any.ts', '../training/policy.ts'],
    ['src/hosts/cli/any.ts', '../../evaluating/evaluate.ts'],
    ['src/hosts/extension/any.ts', 'vscode'],
    ['src/cluster/kubernetes/any.ts', 'node:http'],
  ] as const;
  for (const [file, specifier] of allowed)
    it(`${file} may import ${specifier}`, async () => assert.deepEqual(await complaints(file, specifier), []));
});
