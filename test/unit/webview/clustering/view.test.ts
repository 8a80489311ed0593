import assert from 'node:assert/strict';
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messagesOf, readClusteringMessages } from '../../../../src/hosts/extension/webviews/clustering-data.ts';
import { CHARTS, restore, type State } from '../../../../webview/clustering/state.ts';
import { CHART_KINDS, drawTitled } from '../../../../webview/clustering/charts.ts';
import { countAtX, cutX, itemAtY } from '../../../../webview/clustering/draw-rows.ts';
import { itemAtPoint } from '../../../../webview/clustering/draw-map.ts';
import { countAtMean, itemAtBar, silhouetteOrder } from '../../../../webview/clustering/draw-silhouettes.ts';
import { groupColor, groupShape, inkOn, mix, moveColors, type Colors } from '../../../../webview/clustering/colors.ts';
import { addRows, groupingOf, isWhole, modelOf, type Model } from '../../../../webview/clustering/model.ts';
import { itemsOf, stretchesOf, type Scene } from '../../../../webview/clustering/scene.ts';
import { csvOf, tableOf } from '../../../../webview/clustering/tables.ts';
import { cutInWords, groupRole, movesInWords, shownBy } from '../../../../webview/clustering/labels.ts';
import { packNumbers, unpackNumbers, widthFor } from '../../../../webview/protocol/packed-numbers.ts';
import { clustering as protocol } from '../../../../webview/protocol/clustering.ts';
import { SvgPen } from '../../../../webview/shared/pen.ts';
import { aimlessAgents, writeAnalysis, type WrittenAnalysis } from '../../../browser/analysis-fixture.ts';

const theme: Colors = {
  background: '#000000',
  text: '#ffffff',
  muted: '#aaaaaa',
  grid: '#333333',
  focus: '#0000ff',
  series: ['#100000', '#200000', '#300000', '#400000', '#500000', '#600000', '#700000', '#800000'],
};

describe('Clustering view', () => {
  const folder = mkdtempSync(join(tmpdir(), 'karma-clustering-'));
  let written: WrittenAnalysis;
  let model: Model;
  before(async () => {
    const made = await writeAnalysis(folder);
    // As JSON has it: there is no -0.
    written = { ...made, clustering: JSON.parse(JSON.stringify(made.clustering)) as typeof made.clustering };
    const { analysis, rows } = await readClusteringMessages(written.directory);
    model = modelOf(analysis);
    for (const message of rows) addRows(model, message);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const sceneOf = (groups: number, change: Partial<Scene> = {}): Scene => ({
    model,
    grouping: groupingOf(model, groups),
    shown: shownBy(model, {}),
    rows: { from: 0, to: model.count },
    time: 'own',
    colors: 'direction',
    theme,
    ...change,
  });
  const box = { x: 0, y: 0, width: 600, height: 500 };

  it('Packed numbers are unpacked as they were, from characters that need no escape', () => {
    const values = Array.from({ length: 400 }, (_, i) => i);
    for (const [most, width] of [
      [90, 1],
      [91, 2],
      [8280, 2],
      [8281, 3],
    ] as const)
      assert.equal(widthFor(most), width);
    const text = packNumbers(values, widthFor(400));
    assert.deepEqual(unpackNumbers(text, 2), values);
    assert.equal(JSON.stringify(text).length, text.length + 2);
  });

  it('The Clustering view holds what the analysis wrote', () => {
    const { clustering, analysis } = written;
    assert.deepEqual(model.rows.own, clustering.sequences);
    assert.deepEqual(model.rows.warped, clustering.aligned);
    assert.deepEqual(
      model.rows.silhouettes.map((row) => row.map((value) => value - 100)),
      [...clustering.itemSilhouettes, clustering.ownSilhouettes],
    );
    for (const kind of ['own', 'warped', 'silhouettes'] as const) assert.ok(isWhole(model, kind));
    const { items, agents, scenarios } = model.analysis;
    assert.deepEqual(
      items.agent.map((agent, i) => [agents[agent], scenarios[items.scenario[i]], items.episode[i], items.group[i]]),
      analysis.sequences.map(({ agent, scenario, episode, group }) => [agent, scenario, episode, group]),
    );
  });

  it('Rows of the Clustering view fill envelopes, but never more than an envelope takes', () => {
    const many = {
      ...written.clustering,
      sequences: Array.from({ length: 48 }, () => new Array<number>(4000).fill(1)),
    };
    const { rows } = messagesOf(written.directory, written.analysis, many);
    const own = rows.filter(({ kind }) => kind === 'own');
    assert.ok(own.length > 2);
    for (const message of rows) {
      assert.ok(JSON.stringify(JSON.stringify([message])).length < 64_000);
      assert.equal(protocol.toView.rows.problem(message, 'rows'), undefined);
    }
    const parts = modelOf(model.analysis);
    for (const message of own.toReversed()) addRows(parts, message);
    assert.deepEqual(parts.rows.own, many.sequences);
  });

  it('The Clustering view shows the groups of the analysis with their matching roles, and at any other count those of the cut', () => {
    const own = groupingOf(model, written.analysis.groups.length);
    assert.ok(own.isOwn);
    assert.deepEqual(
      own.groups.map(({ items, matched }) => [items.length, matched?.role]),
      written.analysis.groups.map(({ sequences, role }) => [sequences, role]),
    );
    assert.deepEqual(own.itemSilhouettes, written.clustering.ownSilhouettes);
    const other = groupingOf(model, 7);
    assert.ok(!other.isOwn && other.atOneHeight);
    assert.equal(other.groups.length, 7);
    assert.deepEqual(other.itemSilhouettes, written.clustering.itemSilhouettes[5]);
    assert.equal(
      other.groups.reduce((sum, { items }) => sum + items.length, 0),
      model.count,
    );
    assert.equal(groupingOf(model, 1).silhouette, undefined);
  });

  it('The Clustering view says how the dendrogram is cut and what a group is', () => {
    const grouping = groupingOf(model, 4);
    assert.match(
      cutInWords(grouping, 12.345),
      /^4 groups of the analysis, each branch cut separately, mean silhouette 0\.27$/,
    );
    assert.match(
      cutInWords({ ...groupingOf(model, 3), silhouette: 0.5 }, 12.345),
      /^3 groups, at height 12\.3, mean silhouette 0\.50$/,
    );
    const group = { number: 0, items: [1, 2, 3], silhouette: undefined };
    const roles = [
      { role: 'relief', sequences: 2 },
      { role: 'medic', sequences: 1 },
    ];
    assert.equal(groupRole({ ...group, roles }), 'relief in 2 of 3');
    assert.equal(groupRole({ ...group, roles: [{ role: 'relief', sequences: 3 }] }), 'all relief');
    assert.equal(
      groupRole({ ...group, roles, matched: { role: 'relief', variant: true } }),
      'relief, in other circumstances',
    );
    assert.equal(
      groupRole({ ...group, roles, matched: { role: undefined, variant: false } }),
      'matches no declared role',
    );
  });

  it('The pointer finds what the Clustering view has drawn', () => {
    const scene = sceneOf(4);
    const { order } = model.layout;
    assert.equal(itemAtY(scene, box, 12), order[0]);
    assert.equal(itemAtY(scene, box, 460), order.at(-1));
    assert.equal(itemAtY(scene, box, 499), undefined);
    const zoomed = sceneOf(4, { rows: { from: 10, to: 14 } });
    assert.equal(itemAtY(zoomed, box, 12), order[10]);
    assert.equal(itemAtY(zoomed, box, 460), order[13]);
    for (const groups of [1, 2, 3, 6, 12]) {
      const cut = sceneOf(groups);
      assert.equal(countAtX(cut, box, cutX(cut, box)), groups);
    }
    assert.equal(countAtX(scene, box, 1e4), model.most);
    assert.equal(itemAtBar(scene, box, 13), silhouetteOrder(scene)[0]);
    assert.deepEqual(
      [...silhouetteOrder(scene)].sort((a, b) => a - b),
      model.layout.order.toSorted((a, b) => a - b),
    );
    assert.equal(itemAtPoint(scene, box, -100, -100), undefined);
    assert.equal(countAtMean(scene, box, 0), undefined);
  });

  it('The map draws each mark where the pointer finds it', () => {
    const scene = sceneOf(4);
    const marks: (readonly [number, number])[] = [];
    const pen = new SvgPen('x');
    pen.polygon = (points) => {
      const [x, y] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
      marks.push([x, y]);
    };
    CHART_KINDS.map.draw(pen, scene, box);
    assert.equal(marks.length, model.count);
    marks.forEach(([x, y], item) => {
      const found = itemAtPoint(scene, box, x, y);
      const { items } = model.analysis;
      // Triangles have their middle a little off; some marks lie upon one another.
      assert.ok(found !== undefined);
      assert.ok(Math.hypot(items.x[found] - items.x[item], items.y[found] - items.y[item]) < 4);
    });
  });

  it('The Clustering view draws every chart into a picture and every chart as a table', () => {
    for (const groups of [1, 4, 9])
      for (const chart of CHARTS) {
        const scene = sceneOf(groups);
        const pen = new SvgPen('sans-serif');
        drawTitled(pen, chart, scene, CHART_KINDS[chart].width);
        const svg = pen.document(10, 10, chart);
        assert.doesNotMatch(svg, /NaN|undefined|Infinity/, chart);
        assert.ok(svg.includes(CHART_KINDS[chart].title));
        const table = tableOf(chart, scene);
        assert.ok(table.rows.every((row) => row.length === table.columns.length));
        assert.equal(csvOf(table).trimEnd().split('\r\n').length, table.rows.length + 1);
      }
    assert.equal(tableOf('sequences', sceneOf(4)).rows.length, model.count);
    assert.equal(tableOf('dendrogram', sceneOf(4)).rows[0].at(0), 2);
    assert.equal(tableOf('silhouettes', sceneOf(1)).rows.length, 0);
  });

  it('Filters of the Clustering view say what stands out', () => {
    const medics = shownBy(model, { agent: 'medic', seed: '2' });
    assert.equal(medics.filter(Boolean).length, 6);
    const scene = sceneOf(4, { shown: medics });
    assert.equal(tableOf('map', scene).rows.length, 6);
    assert.ok(tableOf('map', scene).rows.every(([name]) => /^medic, .*seed 2/.test(String(name))));
    assert.equal(shownBy(model, { role: 'nobody' }).filter(Boolean).length, 0);
  });

  it('Groups differ in color and shape', () => {
    const looks = Array.from({ length: 64 }, (_, group) => `${groupColor(group, theme)} ${groupShape(group)}`);
    assert.equal(new Set(looks).size, 64);
    assert.equal(mix('#000', '#ffffff', 0.5), '#808080');
    assert.equal(mix('rgb(0, 0, 0)', '#0a0000', 0.5), '#050000');
    assert.equal(mix('transparent', '#123456', 0.5), '#123456');
    assert.deepEqual([inkOn('#ffff00'), inkOn('#000080')], ['#000000', '#ffffff']);
    const byService = moveColors(model, 'service', theme);
    const { moves } = model.analysis;
    for (const [symbol, { service }] of moves.entries())
      if (service >= 0) assert.equal(byService[symbol], theme.series[service]);
  });

  it('The Clustering view finds the rows of a group and words for moves', () => {
    assert.deepEqual(stretchesOf([3, 0, 1, 5], [0, 1, 2]), [
      [0, 2],
      [3, 4],
    ]);
    const scene = sceneOf(4);
    assert.deepEqual(itemsOf(scene, { group: 99 }), []);
    assert.deepEqual(itemsOf(scene, { item: 99 }), []);
    assert.deepEqual(itemsOf(scene, { item: 3 }), [3]);
    const [hold, first] = model.analysis.moves.map(({ text }) => text);
    assert.equal(movesInWords(model, [0, 0, 1, 0]), `${hold} ×2, ${first}, ${hold}`);
  });

  it('The Clustering view copes with an analysis without structure, of few sequences and of equal sequences', async () => {
    for (const plan of [
      { agents: aimlessAgents(4), episodes: 2, seeds: [1] },
      { agents: aimlessAgents(1), episodes: 1, seeds: [1] },
      { agents: aimlessAgents(2), episodes: 1, seeds: [1] },
      {
        agents: aimlessAgents(3).map((agent) => ({ ...agent, behavior: () => ({ service: -1, move: 0 }) })),
        noise: 0,
      },
    ]) {
      const { directory } = await writeAnalysis(mkdtempSync(join(folder, 'few-')), plan);
      const { analysis, rows } = await readClusteringMessages(directory);
      const few = modelOf(analysis);
      for (const message of rows) addRows(few, message);
      for (let groups = 1; groups <= few.most; groups++)
        for (const chart of CHARTS) {
          const pen = new SvgPen('x');
          const scene = {
            ...sceneOf(1),
            model: few,
            grouping: groupingOf(few, groups),
            shown: shownBy(few, {}),
            rows: { from: 0, to: few.count },
          };
          drawTitled(pen, chart, scene, 600);
          assert.doesNotMatch(pen.document(1, 1, ''), /NaN|undefined|Infinity/, `${few.count} sequences, ${chart}`);
        }
    }
  });

  it('The Clustering view accepts the state that an older version kept', () => {
    const plain: State = {
      directory: '',
      groups: null,
      time: 'own',
      colors: 'direction',
      filters: {},
      tables: [],
      selected: null,
      rows: null,
    };
    for (const kept of [
      {},
      {
        groups: 0,
        time: 1,
        filters: { agent: 3, sex: 'x' },
        tables: 'map',
        selected: { item: -1 },
        rows: { from: 4, to: 2 },
      },
      { groups: 2.5, selected: 'all', rows: { from: '1', to: 3 }, filters: null },
    ])
      assert.deepEqual(restore(kept), plain);
    const kept: State = {
      directory: '/r',
      groups: 5,
      time: 'warped',
      colors: 'service',
      filters: { seed: '2' },
      tables: ['map'],
      selected: { group: 2 },
      rows: { from: 3, to: 9 },
    };
    assert.deepEqual(restore(kept), kept);
  });
});
