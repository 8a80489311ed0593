/** Symbols, inlay hints, lenses, links and formatting, by what they give for the sample. */
import assert from 'node:assert/strict';
import { codeLenses } from '../../../src/language/code-lens.ts';
import { format } from '../../../src/language/format.ts';
import { inlayHints } from '../../../src/language/inlay-hints.ts';
import { documentLinks } from '../../../src/language/links.ts';
import { documentSymbols, workspaceSymbols } from '../../../src/language/symbols.ts';
import { lineStart, offsetAt } from '../../../src/language/text.ts';
import type { FolderView } from '../../../src/language/folder-view.ts';
import { rangeOf } from '../../../src/spec/text/source.ts';
import { applyEdits, marked, sampleView, viewOf } from './cases.ts';

const HEAD = 'apiVersion: karma-mas.dev/v1alpha1\n';
const folder = sampleView();

/** Lines with their hints in angle brackets. */
function hinted(view: FolderView, path: string, options = {}): string[] {
  const source = view.source(path)!;
  const hints = inlayHints(view, path, rangeOf(source, 0, source.text.length), options);
  return hints.map(({ position, text }) => {
    const at = offsetAt(source, position);
    return `${source.text.slice(lineStart(source.text, at), at)}<${text}>`.trim();
  });
}

describe('symbols', () => {
  it('The symbols of a file are its objects with their parts', () => {
    const [cluster] = documentSymbols(folder, 'cluster.karma.yaml');
    assert.deepEqual([cluster.name, cluster.detail], ['chained-services', 'Cluster']);
    assert.deepEqual(
      cluster.children.map(({ name, detail, kind }) => [name, detail, kind]),
      [
        ['a', 'entry point', 'service'],
        ['b', '', 'service'],
        ['c', '', 'service'],
        ['d', '', 'service'],
      ],
    );
    const roles = documentSymbols(folder, 'roles.karma.yaml');
    assert.deepEqual(
      roles.map(({ name }) => name),
      ['bottleneck-manager', 'ddos-manager', 'failure-manager', 'resource-manager'],
    );
    assert.deepEqual(
      roles[1].children.map(({ name, detail, kind }) => [kind, name, detail]),
      [
        ['setting', 'rise', '0.15'],
        ['setting', 'window', '30s'],
        ['rule', 'services.exists(e, e.entryPoint && change(e.received, settings.window) > sett...', '[1, 2, 3]'],
      ],
    );
    const [organization] = documentSymbols(folder, 'organization.karma.yaml');
    assert.deepEqual(
      organization.children.map(({ name }) => name),
      ['resilience', 'relief', 'shield', 'medic', 'steward'],
    );
    const [transfer] = documentSymbols(folder, 'transfer.karma.yaml');
    assert.deepEqual(
      transfer.children.map(({ name }) => name),
      ['shadow', 'floor', 'canary', 'full'],
    );
  });

  it('A document that is not YAML has symbols', () => {
    const { folder: broken } = marked({
      name: '',
      text: '<|>kind: Role\nmetadata: { name: r\nspec:\n  settings: { load: 1\n  rules:\n    - when: x\n',
    });
    const [role] = documentSymbols(broken, 'case.karma.yaml');
    assert.deepEqual([role.name, role.children.map(({ name }) => name)], ['r', ['load', 'x']]);
  });

  it('The symbols of a folder are sorted by how well they match', () => {
    const found = workspaceSymbols(folder, 'manager').map(({ name }) => name);
    assert.equal(found.length, 8);
    assert.deepEqual(
      workspaceSymbols(folder, 'rsltm').map(({ name, container }) => [name, container]),
      [['resilience-team', 'Organization']],
    );
    assert.deepEqual(workspaceSymbols(folder, 'load')[0], {
      name: 'load',
      kind: 'setting',
      container: 'Role bottleneck-manager',
      location: workspaceSymbols(folder, 'load')[0].location,
    });
    assert.ok(workspaceSymbols(folder, '').length > 50);
  });
});

describe('inlay hints', () => {
  it('Inlay hints give the units of plain numbers, and those of settings from what they are compared with', () => {
    const roles = hinted(folder, 'roles.karma.yaml', { defaults: false });
    assert.ok(roles.includes('settings: { load: 0.7, utilization: 0.75, pending: 5<requests>'), roles.join('\n'));
    assert.ok(roles.includes('allow: { scale: [1, 2]<pods>'));
    const cluster = hinted(folder, 'cluster.karma.yaml', { defaults: false });
    assert.ok(cluster.includes('replicas: { min: 1<pods>'));
    assert.ok(cluster.includes('emulator: { throughput: 80<requests/s>'));
  });

  it('Inlay hints give what a percentage comes to', () => {
    assert.ok(hinted(folder, 'roles-published.karma.yaml').includes('settings: { cpu: 90%<= 0.9>'));
    // The chain serves 240 requests per second: b, with 3 x 80, is the narrowest.
    const hour = hinted(folder, 'scenarios.karma.yaml');
    assert.ok(hour.includes('- { entryPoint: a, profile: { type: sine, mean: 60%<= 144 requests/s>'), hour.join('\n'));
  });

  it('Inlay hints give what is filled in', () => {
    const training = hinted(folder, 'training.karma.yaml', { units: false, values: false });
    assert.ok(
      training.some((line) =>
        line.startsWith('algorithm: { agents: single }<name: mappo, organization: true, clip: 0.2'),
      ),
      training.join('\n'),
    );
    const { folder: child } = marked({
      name: '',
      text: `${HEAD}kind: Role\nmetadata: { name: p }\nspec: { hardness: 0.5, otherwise: free }\n---\n${HEAD}kind: Role\nmetadata: { name: c }\nspec:\n  extends: p\n<|>`,
    });
    assert.ok(
      hinted(child, 'case.karma.yaml').includes('spec:<hardness: 0.5, bonus: 0.02, otherwise: free>'),
      hinted(child, 'case.karma.yaml').join('\n'),
    );
  });

  it('Inlay hints are limited to the range and can be turned off', () => {
    const source = folder.source('cluster.karma.yaml')!;
    const at = source.text.indexOf('- name: b');
    const some = inlayHints(folder, source.path, rangeOf(source, at, at + 200));
    assert.ok(
      some.length > 0 &&
        some.every(({ position }) => offsetAt(source, position) >= at && offsetAt(source, position) <= at + 200),
    );
    assert.deepEqual(hinted(folder, 'cluster.karma.yaml', { units: false, values: false, defaults: false }), []);
  });
});

describe('code lenses', () => {
  it('The code lenses of a training are its commands and its last result', () => {
    const facts = {
      lastResult: (name: string) => (name === 'default' ? { text: 'J 0.87', directory: '/runs/1' } : undefined),
    };
    const lenses = codeLenses(folder, 'training.karma.yaml', facts);
    const target = { file: 'training.karma.yaml', kind: 'Training', name: 'default' };
    assert.deepEqual(
      lenses.slice(0, 3).map(({ title, action }) => [title, action]),
      [
        ['Train', { type: 'command', id: 'karma-mas.train', arguments: [target] }],
        ['Fit Twin', { type: 'command', id: 'karma-mas.fit', arguments: [target] }],
        ['J 0.87', { type: 'command', id: 'karma-mas.openReport', arguments: [target, '/runs/1'] }],
      ],
    );
    assert.equal(lenses.length, 2 * 5 + 1);
  });

  it('The code lens of a cluster with Prometheus is Test Queries', () => {
    assert.deepEqual(codeLenses(folder, 'cluster.karma.yaml'), []);
    const text = `${HEAD}kind: Cluster\nmetadata: { name: shop }\nspec: { metrics: { source: "prometheus" } }\n`;
    const real = viewOf([{ path: 'real.karma.yaml', text }]);
    const [lens] = codeLenses(real, 'real.karma.yaml');
    assert.equal(lens.title, 'Test Queries');
    assert.deepEqual(lens.action, {
      type: 'command',
      id: 'karma-mas.testQueries',
      arguments: [{ file: 'real.karma.yaml', kind: 'Cluster', name: 'shop' }],
    });
  });

  it('The code lens of a role names the agents that hold it', () => {
    const [first] = codeLenses(folder, 'roles.karma.yaml');
    assert.equal(first.title, '1 agent: relief');
    assert.ok(first.action.type === 'show' && first.action.locations[0].file === 'organization.karma.yaml');
  });

  it('The code lens of a scenario names the trainings that play it', () => {
    const titles = codeLenses(folder, 'scenarios.karma.yaml').map(({ title }) => title);
    assert.ok(titles.includes('5 scenarios') && titles.includes('5 trainings'), titles.join());
  });
});

describe('document links', () => {
  it('Document links lead to recorded load', () => {
    assert.deepEqual(
      documentLinks(folder, 'scenarios.karma.yaml').map(({ target }) => target),
      ['loads/twitter-2021.csv', 'loads/nasa-1995.csv'],
    );
  });

  it('Document links start at the folder of the file and stay inside the specification folder', () => {
    const text = (path: string): string =>
      `kind: Scenario\nspec:\n  load:\n    - profile: { type: file, path: ${path} }\n`;
    const links = (path: string): string[] =>
      documentLinks(viewOf([{ path: 'sub/s.karma.yaml', text: text(path) }]), 'sub/s.karma.yaml').map(
        ({ target }) => target,
      );
    assert.deepEqual(links('x.csv'), ['sub/x.csv']);
    assert.deepEqual(links('../x.csv'), ['x.csv']);
    assert.deepEqual(links('../../x.csv'), []);
    assert.deepEqual(links('/etc/passwd'), []);
  });
});

describe('formatting', () => {
  const formatted = (text: string): string => {
    const view = viewOf([{ path: 'f.karma.yaml', text }]);
    return applyEdits(view.source('f.karma.yaml')!, format(view, 'f.karma.yaml'));
  };
  const cases: readonly (readonly [name: string, before: string, after: string])[] = [
    ['indentation of two', 'a:\n    b:\n        c: d\n', 'a:\n  b:\n    c: d\n'],
    ['lists below their key', 'a:\n- b\n-   c: d\n    e: f\n', 'a:\n  - b\n  - c: d\n    e: f\n'],
    [
      'blanks between words',
      'a:    b\nc:   {d: e,f:  g}\nh: [ i,j ]\nk: { }\n',
      'a: b\nc: { d: e, f: g }\nh: [i, j]\nk: {}\n',
    ],
    ['blanks at the ends of lines', 'a: b   \nc:  \n  d: e\n', 'a: b\nc:\n  d: e\n'],
    ['empty lines', '\n\na: b\n\n\n\nc: d\n\n\n', 'a: b\n\nc: d\n'],
    ['the end of the file', 'a: b', 'a: b\n'],
    [
      'comments with what they are about',
      'a:\n    # b\n    c: d # e\n# f\ng: h\n',
      'a:\n  # b\n  c: d # e\n# f\ng: h\n',
    ],
    ['documents', 'a: b\n\n---\n\n\nc:   d\n', 'a: b\n\n---\n\nc: d\n'],
    ['anchors and aliases', 'a:   &x   { b: c }\nd:   *x\n', 'a: &x { b: c }\nd: *x\n'],
    ['quotes', 'a: "b"\nc:   \'d\'\n"e":  f\n', 'a: "b"\nc: \'d\'\n"e": f\n'],
    [
      'literal blocks with their own indentation',
      'a:\n    b: |\n          c\n            d\n\n          e\n',
      'a:\n  b: |\n    c\n      d\n\n    e\n',
    ],
    ['folded texts', 'a:\n    b: c\n           d\n', 'a:\n  b: c\n    d\n'],
    [
      'brackets over lines',
      'a:\n    b: [\n        c,\n            { d:  e },\n      ]\n',
      'a:\n  b: [\n      c,\n      { d: e },\n    ]\n',
    ],
    ['an indicated indentation', 'a:\n    b: |1\n      c\n', 'a:\n  b: |1\n    c\n'],
    ['kept line breaks at the end of a block', 'a: |+\n  b\n\n\nc: d\n', 'a: |+\n  b\n\n\nc: d\n'],
    ['Windows line ends', 'a:\r\n    b:   c  \r\n', 'a:\r\n  b: c\r\n'],
    ['a text that is not YAML stays as it is', 'a:   { b: c\nd:   e\n', 'a:   { b: c\nd:   e\n'],
    ['a text with a tag stays as it is', 'a:   !x b\n', 'a:   !x b\n'],
  ];
  for (const [name, before, after] of cases) {
    it(`Formatting gives the expected text in the case "${name}", and formatting it again changes nothing`, () => {
      assert.equal(formatted(before), after);
      assert.equal(formatted(after), after);
    });
  }

  it('Formatting of a range leaves the rest unchanged', () => {
    const text = 'a:    b\nc:    d\ne:    f\n';
    const view = viewOf([{ path: 'f.karma.yaml', text }]);
    const edits = format(view, 'f.karma.yaml', { start: { line: 2, column: 1 }, end: { line: 2, column: 3 } });
    assert.equal(applyEdits(view.source('f.karma.yaml')!, edits), 'a:    b\nc: d\ne:    f\n');
  });

  it('Formatting a range whose lines cannot move alone formats their document', () => {
    const text = 'a:\n    b: c\n    d: e\n---\nf:   g\n';
    const view = viewOf([{ path: 'f.karma.yaml', text }]);
    const edits = format(view, 'f.karma.yaml', { start: { line: 3, column: 1 }, end: { line: 3, column: 3 } });
    assert.equal(applyEdits(view.source('f.karma.yaml')!, edits), 'a:\n  b: c\n  d: e\n---\nf:   g\n');
  });
});
