import assert from 'node:assert/strict';
import { parseAllDocuments } from 'yaml';
import { codeActions } from '../../../src/language/code-actions.ts';
import type { HostKnowledge } from '../../../src/language/host-knowledge.ts';
import { applyAll, marked, readCases, viewOf, type Case } from './cases.ts';

interface ActionCase extends Case {
  /** Title of the action; with `offered: false` it must not be there. */
  readonly action: string;
  readonly offered?: boolean;
  readonly kind?: string;
  /** Parts of files after the action. */
  readonly gives?: Readonly<Record<string, string | readonly string[]>>;
  readonly not?: Readonly<Record<string, string>>;
  /** Codes of the problems that the action removes; it adds no error of another kind. */
  readonly removes?: readonly string[];
}

const facts: HostKnowledge = {
  inferredRoles: [
    {
      name: 'inferred-1',
      about: 'resembles ddos-manager',
      yaml: 'apiVersion: karma-mas.dev/v1alpha1\nkind: Role\nmetadata: { name: inferred-1 }\nspec:\n  rules:\n    - when: service.pending > 12\n      allow: { scale: [1] }\n',
    },
    {
      name: 'ddos-manager',
      about: 'again',
      yaml: 'apiVersion: karma-mas.dev/v1alpha1\nkind: Role\nmetadata:\n  name: ddos-manager\nspec: { otherwise: free }\n',
    },
  ],
};

describe('code actions', () => {
  const cases = readCases<ActionCase>('code-actions');

  it('At least 25 cases test code actions', () => assert.ok(cases.length >= 25));

  for (const each of cases) {
    it(`Code actions are offered and applied as expected in the case "${each.name}"`, () => {
      const { folder, files, file, range } = marked(each);
      const actions = codeActions(folder, file, range, facts);
      const action = actions.find(({ title }) => title === each.action);
      if (each.offered === false) return assert.equal(action, undefined);
      assert.ok(action, `${each.action} is not among: ${actions.map(({ title }) => title).join('; ')}`);
      if (each.kind) assert.equal(action.kind, each.kind);
      const after = applyAll(files, action.edits);
      const textOf = (path: string): string => String(after.find((one) => one.path === path)!.text);
      for (const [path, parts] of Object.entries(each.gives ?? {}))
        for (const part of [parts].flat()) assert.ok(textOf(path).includes(part), textOf(path));
      for (const [path, part] of Object.entries(each.not ?? {})) assert.ok(!textOf(path).includes(part), textOf(path));
      const view = viewOf(after);
      const codes = (problems: typeof view.problems): string[] => problems.map(({ code }) => code);
      const before = codes(folder.problems);
      for (const code of each.removes ?? []) {
        assert.ok(before.includes(code as never));
        assert.ok(!codes(view.problems).includes(code as never), `${code} remains`);
      }
      const added = view.problems.filter(({ code, severity }) => severity === 'error' && !before.includes(code));
      return assert.deepEqual(added, []);
    });
  }

  it('Every code action leaves YAML that can be parsed', () => {
    for (const each of cases) {
      const { folder, files, file, range } = marked(each);
      const sound = (texts: typeof files): boolean =>
        texts.every(({ text }) => parseAllDocuments(String(text)).every(({ errors }) => errors.length === 0));
      if (!sound(files)) continue;
      for (const action of codeActions(folder, file, range, facts))
        assert.ok(sound(applyAll(files, action.edits)), `${each.name}: ${action.title}`);
    }
  });
});
