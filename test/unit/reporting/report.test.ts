import assert from 'node:assert/strict';
import type { ReportData } from '../../../src/reporting/data.ts';
import { escape, html } from '../../../src/reporting/html.ts';
import { compact, duration, fixed, grouped, percent, significant } from '../../../src/reporting/numbers.ts';
import { bandPath, linePath } from '../../../src/reporting/paths.ts';
import { DARK, LIGHT } from '../../../src/reporting/theme.ts';
import { writeReport } from '../../../src/reporting/write-report.ts';
import { sampleReport } from './report-data.ts';

describe('report', () => {
  let data: ReportData;
  let full: string;
  before(async () => {
    data = await sampleReport();
    full = writeReport(data);
  });

  it('The report needs no network and no script', () => {
    assert.doesNotMatch(full, /<script|<iframe|@import|url\(\s*['"]?(?!#)/i);
    assert.doesNotMatch(full, /(?:src|href)="(?!#|data:)/);
    assert.match(full, /default-src 'none'/);
    assert.ok(full.length < 2_000_000, `${full.length} bytes`);
  });

  it('The report is the same for the same data, also after JSON', async () => {
    assert.equal(writeReport(await sampleReport()), full);
    assert.equal(writeReport(JSON.parse(JSON.stringify(data)) as ReportData), full);
  });

  it('The report is well-formed: tags match, identifiers are unique, and what is referred to is there', () => {
    const open: string[] = [];
    for (const [, close, name, selfClosing] of full.matchAll(
      /<(\/?)([a-z][a-z0-9]*)(?:\s(?:"[^"]*"|[^">])*?)?(\/?)>/gi,
    )) {
      if (selfClosing || (['meta', 'link'].includes(name) && !close)) continue;
      if (!close) open.push(name);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
    const ids = [...full.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    const referred = [...full.matchAll(/(?:aria-labelledby|href)="([^"]+)"|url\(#([^)]+)\)/g)]
      .flatMap(([, labels, url]) => (labels ?? `#${url}`).split(' '))
      .filter((reference) => !reference.startsWith('data:'));
    for (const reference of referred) assert.ok(ids.includes(reference.replace('#', '')), reference);
  });

  it('Every picture of the report has a title, a description and a table', () => {
    const figures = full
      .split('<figure')
      .slice(1)
      .map((text) => text.split('</figure>')[0]);
    assert.ok(figures.length > 15, `${figures.length}`);
    for (const figure of figures) {
      const [svg] = /<svg\s+role="img"[\s\S]*<\/svg>/.exec(figure) ?? assert.fail(figure.slice(0, 200));
      assert.match(svg, /<title id="[^"]+">[^<]+<\/title>/);
      assert.match(svg, /<desc id="[^"]+">[^<]+<\/desc>/);
      assert.match(figure, /<details>[\s\S]*<table[\s\S]*<caption>/);
      assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
    }
    assert.match(full, /<html lang="en"/);
    assert.equal(full.match(/<h1/g)?.length, 1);
    assert.doesNotMatch(full.replace(/<style>[\s\S]*?<\/style>/, ''), /NaN|undefined|\[object/);
  });

  it('The report holds what the phases found', () => {
    for (const text of [
      'karma-mas run examples/chained-services',
      'Intel Xeon',
      'HPA, same episodes',
      'default HPA',
      'resembles medic',
      'service.failed &gt; 0',
      'J above that of hpa-tuned',
      'Every stage ran to its end.',
      'quota exceeded',
      'The record holds no crash of service b',
    ])
      assert.ok(full.includes(text), text);
    // One picture per window of the relations, one leaf per action sequence.
    assert.equal(full.match(/id="relations-\d"/g)?.length, data.analysis!.relations.length);
    const [dendrogram] = /<figure id="dendrogram">[\s\S]*?<\/svg>/.exec(full)!;
    assert.equal(dendrogram.match(/<rect/g)?.length, 2 * data.analysis!.sequences.length);
  });

  it('The report escapes every text', () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const replaced = JSON.parse(
      JSON.stringify(data, (key, value: unknown) =>
        typeof value === 'string' &&
        !['type', 'kind', 'outcome', 'stage', 'ended', 'level', 'direction', 'by'].includes(key)
          ? `${value}${evil}`
          : value,
      ),
    ) as ReportData;
    const written = writeReport({ ...replaced, evaluation: data.evaluation!, title: evil });
    assert.doesNotMatch(written, /<img/);
    assert.ok(written.includes(`<h1>${escape(evil)}</h1>`));
  });

  it('The report says which phase is missing', () => {
    const empty = writeReport({ title: 'Nothing yet', summary: { ...data.summary, phases: [] }, problems: [] });
    for (const phase of ['training', 'modeling', 'analyzing', 'evaluating', 'transferring'])
      assert.match(empty, new RegExp(`the ${phase}\\s+phase has not run`));
    assert.match(empty, /None were noted/);
    assert.match(empty, /No phase has run/);
  });

  it('The report can do with one seed, one agent, no groups, no traces and no decisions', () => {
    const { analysis, learning, transfer, evaluation } = data;
    const [firstAgent] = analysis!.alignment.agents;
    const little = writeReport({
      ...data,
      learning: { seeds: [learning!.seeds[0]], judged: [], references: [] },
      twin: {
        kind: 'emulator',
        cluster: 'x',
        skipped: [{ recording: 3, reason: 'too short' }],
        verdict: { accepted: false, reason: 'It is biased.' },
      },
      analysis: {
        ...analysis!,
        sequences: analysis!.sequences.slice(0, 1),
        linkage: [],
        groups: analysis!.groups.slice(0, 1),
        roles: [],
        goals: [],
        relations: [{ from: 0, to: 300, relations: [] }],
        declaredLinks: [],
        goalSatisfaction: [],
        alignment: { agents: [firstAgent], overall: undefined, free: undefined },
      },
      evaluation: {
        bases: [],
        evaluation: { ...evaluation!.evaluation, systems: evaluation!.evaluation.systems.slice(1, 2) },
      },
      transfer: { ...transfer!, audit: [], result: { ended: 'fallback', why: 'Drift.', stages: [] } },
    });
    for (const text of [
      'No groups stand out',
      'one agent: it has no relations',
      'No rule was found',
      'Rejected.',
      'too short',
      'No decision was recorded',
      'One training seed',
    ])
      assert.ok(little.replace(/\s+/g, ' ').includes(text), text);
    assert.doesNotMatch(little.replace(/<style>[\s\S]*?<\/style>/, ''), /NaN|undefined|Infinity/);
  });

  it('The report follows the theme of the system, or the one asked for', () => {
    assert.match(full, /prefers-color-scheme:dark/);
    assert.doesNotMatch(full, /<html[^>]*data-theme/);
    assert.match(writeReport(data, { theme: 'dark' }), /<html[^>]*data-theme="dark"/);
  });
});

describe('colors', () => {
  const luminance = (color: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((i) => parseInt(color.slice(i, i + 2), 16) / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  for (const [name, theme] of Object.entries({ light: LIGHT, dark: DARK }))
    it(`The colors of the report have enough contrast in the ${name} theme`, () => {
      for (const background of [theme.background, theme.surface]) {
        for (const text of [theme.text, theme.muted, theme.series[0]])
          assert.ok(contrast(text, background) >= 4.5, `${text} on ${background}: ${contrast(text, background)}`);
        for (const color of [...theme.series, theme.line])
          assert.ok(contrast(color, background) >= 3, `${color} on ${background}: ${contrast(color, background)}`);
      }
    });
});

describe('pieces of a report', () => {
  it('Parts of the report escape what is not HTML, and nothing twice', () => {
    const inner = html`<b>${'a < b'}</b>`;
    assert.equal(html`${inner}${['x', 1, undefined, false]}${'\'"&'}`.text, '<b>a &lt; b</b>x1&#39;&quot;&amp;');
    assert.equal(escape('a\u0000\u001bb\n'), 'ab\n');
  });

  it('Numbers in the report are written to be read', () => {
    assert.equal(fixed(-0.00001, 2), '0.00');
    assert.equal(fixed(-1.5, 1), '−1.5');
    assert.equal(fixed(NaN, 1), '–');
    assert.equal(percent(0.9054), '90.5 %');
    assert.equal(percent(null), '–');
    assert.deepEqual(
      [0, 1234.5, 0.01234, 1e-9, 12].map((value) => significant(value)),
      ['0', '1235', '0.0123', '1.00e−9', '12.0'],
    );
    assert.equal(grouped(1234567), '1\u202f234\u202f567');
    assert.deepEqual([1_500_000, 250_000, 40, -0.5].map(compact), ['1.5 M', '250 k', '40', '−0.5']);
    assert.deepEqual([0, 6.44, 95, 3600, 90061].map(duration), ['0 s', '6.4 s', '1 min 35 s', '1 h', '1 d 1 h']);
    assert.equal(duration(undefined), '–');
  });

  it('Lines in the report are interrupted where a value is missing', () => {
    const x = (i: number) => i * 10;
    const y = (value: number) => 100 - value;
    assert.equal(linePath([1, 2, null, 4, 5], x, y), 'M0,99L10,98M30,96L40,95');
    assert.equal(linePath([1, 2], x, y, true), 'M0,99L10,99L10,98');
    assert.equal(bandPath([1, 2, NaN], [3, 4, 5], x, y), 'M0,97L10,96L10,98L0,99Z');
    assert.equal(linePath([], x, y), '');
  });
});
