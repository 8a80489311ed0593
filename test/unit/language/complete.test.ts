import assert from 'node:assert/strict';
import { withoutTabStops } from '../../../src/language/completion/completion.ts';
import { complete } from '../../../src/language/complete.ts';
import type { HostKnowledge } from '../../../src/language/host-knowledge.ts';
import { offsetAt } from '../../../src/language/text.ts';
import { KINDS } from '../../../src/spec/schema/validators.ts';
import { applyEdits, filesOf, marked, readCases, SAMPLE, viewOf, type Case } from './cases.ts';

interface CompleteCase extends Case {
  /** The first labels, in their order. */
  readonly first?: readonly string[];
  readonly has?: readonly string[];
  readonly not?: readonly string[];
  /** How many there are. */
  readonly count?: number;
  /** Part of the detail or documentation of a label. */
  readonly says?: Readonly<Record<string, string>>;
  /** The label that is inserted, and a part of the text after that. */
  readonly apply?: string;
  readonly gives?: string;
}

const facts: HostKnowledge = {
  dataFiles: ['loads/nasa-1995.csv', 'loads/twitter-2021.csv'],
  contexts: ['kind-karma', 'production'],
  namespaces: ['default', 'shop'],
  deployments: ['cart', 'checkout'],
};

describe('completion', () => {
  const cases = readCases<CompleteCase>('complete');

  it('At least 25 cases test completion', () => assert.ok(cases.length >= 25));

  for (const each of cases) {
    it(`Completion offers what is expected in the case "${each.name}"`, () => {
      const { folder, file, position, source } = marked(each);
      const found = complete(folder, file, position, facts);
      const labels = found.map(({ label }) => label);
      if (each.first) assert.deepEqual(labels.slice(0, each.first.length), each.first);
      for (const label of each.has ?? [])
        assert.ok(labels.includes(label), `${label} is not among ${labels.join(', ')}`);
      for (const label of each.not ?? []) assert.ok(!labels.includes(label), `${label} is among ${labels.join(', ')}`);
      if (each.count !== undefined) assert.equal(found.length, each.count, labels.join(', '));
      for (const [label, words] of Object.entries(each.says ?? {})) {
        const item = found.find((one) => one.label === label);
        assert.ok(item, `${label} is not among ${labels.join(', ')}`);
        assert.ok(`${item.detail}\n${item.documentation}`.includes(words), `${item.detail}\n${item.documentation}`);
      }
      if (each.apply !== undefined) {
        const item = found.find(({ label }) => label === each.apply);
        assert.ok(item, `${each.apply} is not among ${labels.join(', ')}`);
        const text = item.snippet ? withoutTabStops(item.text) : item.text;
        const result = applyEdits(source, [{ range: item.range, text }]);
        assert.ok(result.includes(each.gives!), result);
      }
      const cursor = offsetAt(source, position);
      for (const { range, sortText } of found) {
        assert.equal(range.start.line, range.end.line);
        assert.ok(offsetAt(source, range.start) <= cursor && cursor <= offsetAt(source, range.end));
        assert.match(sortText, /^\d{4}$/);
      }
      assert.equal(new Set(labels).size, labels.length, 'labels are unique');
    });
  }

  it('Completion offers whole objects that are valid as they stand', () => {
    const files = filesOf(SAMPLE);
    for (const kind of KINDS) {
      const empty = [...files, { path: 'new.karma.yaml', text: '' }];
      const offers = complete(viewOf(empty), 'new.karma.yaml', { line: 1, column: 1 });
      const offer = offers.find(({ label }) => label.startsWith(`${kind} `))!;
      const text = withoutTabStops(offer.text);
      const { problems, model } = viewOf([...files, { path: 'new.karma.yaml', text }]);
      const errors = problems.filter(({ file, severity }) => file === 'new.karma.yaml' && severity === 'error');
      assert.deepEqual(errors, [], text);
      const objects = Object.values(model).flat() as { readonly kind: string; readonly name: string }[];
      assert.ok(objects.some((object) => object.kind === kind && object.name === `new-${kind.toLowerCase()}`));
    }
  });

  it('Completion offers every key of every kind, and each gives YAML', () => {
    for (const kind of KINDS) {
      const text = `apiVersion: karma-mas.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: x }\nspec:\n  \n`;
      const folder = viewOf([{ path: 'x.karma.yaml', text }]);
      const offers = complete(folder, 'x.karma.yaml', { line: 5, column: 3 });
      assert.ok(offers.length > 1, kind);
      for (const offer of offers) {
        const put = offer.snippet ? withoutTabStops(offer.text) : offer.text;
        const changed = applyEdits(folder.source('x.karma.yaml')!, [{ range: offer.range, text: put }]);
        const { problems } = viewOf([{ path: 'x.karma.yaml', text: changed }]);
        assert.deepEqual(
          problems.filter(({ code }) => code.startsWith('yaml-') || code === 'unknown-key'),
          [],
          changed,
        );
      }
    }
  });
});
