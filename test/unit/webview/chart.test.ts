import assert from 'node:assert/strict';
import fc from 'fast-check';
import { markedPoints } from '../../../webview/shared/markers.ts';
import { compact, duration, tickLabels, ticks, timeTicks } from '../../../webview/shared/numbers.ts';
import { SvgPen } from '../../../webview/shared/pen.ts';
import { drawPicture } from '../../../webview/shared/picture.ts';
import { pointAt, stretches, xExtent, yExtent, type ChartData, type Line } from '../../../webview/shared/series.ts';
import { tableOf } from '../../../webview/shared/table-data.ts';

const line = (more: Partial<Line> = {}): Line => ({
  key: 'k',
  label: 'a run',
  x: [0, 10, 20],
  y: [1, 2, 3],
  color: '#0067a6',
  dash: [],
  marker: 1,
  width: 2,
  faint: false,
  ...more,
});
const chart = (more: Partial<ChartData> = {}): ChartData => ({
  title: 'J',
  xLabel: 'step',
  yLabel: 'mean J',
  lines: [line()],
  levels: [],
  marks: [],
  range: null,
  ignoreOutliers: false,
  formatX: String,
  xIsTime: false,
  ...more,
});
const COLORS = { background: '#fff', text: '#000', muted: '#555', grid: '#eee' };
const svgOf = (data: ChartData): string => {
  const pen = new SvgPen('"Segoe UI", sans-serif');
  drawPicture(pen, data, { x: 0, y: 0, width: 800, height: 400 }, COLORS);
  return pen.document(800, 400, data.title);
};

/** Names of elements in order; throws where a document is not well-formed (of the XML that we write). */
function elementsOf(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  let rest = xml;
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0] ?? '';
    assert.doesNotMatch(text, /&(?!#\d+;)/, 'a bare & in a text');
    rest = rest.slice(text.length);
    if (rest === '') break;
    const tag = /^<(\/?)([A-Za-z]+)((?:\s[\w-]+="(?:[^"<&]|&#\d+;)*")*)(\/?)>/.exec(rest);
    assert.ok(tag, `no tag: ${rest.slice(0, 80)}`);
    const [whole, closing, name, , empty] = tag;
    if (closing) assert.equal(open.pop(), name);
    else {
      names.push(name);
      if (!empty) open.push(name);
    }
    rest = rest.slice(whole.length);
  }
  assert.deepEqual(open, []);
  return names;
}

describe('SVG pictures', () => {
  it('SVG pictures are well-formed for any text and any value (property)', () => {
    const value = fc.option(fc.double({ noNaN: true, min: -1e9, max: 1e9 }));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(value, { maxLength: 40 }), (label, y) => {
        const x = y.map((_, i) => i);
        const band = { low: y.map((v) => v && v - 1), high: y.map((v) => v && v + 1) };
        const data = chart({
          title: label,
          yLabel: label,
          lines: [line({ label, x, y, ...band, dash: [4, 2] }), line({ faint: true })],
          levels: [{ label, y: 3, color: '#000' }],
          marks: [{ label, x: 3, color: '#000' }],
        });
        const svg = svgOf(data);
        assert.equal(elementsOf(svg)[0], 'svg');
        assert.doesNotMatch(svg, /NaN|Infinity|undefined|null/);
      }),
    );
  });

  it('SVG pictures break a line at a gap', () => {
    const paths = (y: Line['y']) =>
      svgOf(chart({ lines: [line({ y, marker: 0 })] })).match(/stroke="#0067a6" stroke-width="2" stroke-linejoin/g)
        ?.length;
    // One more in the legend.
    assert.equal(paths([1, 2, 3]), 2);
    assert.equal(paths([1, null, 3]), 3);
  });

  it('SVG pictures name every run that is not a single seed, and the HPA', () => {
    const svg = svgOf(
      chart({
        lines: [line(), line({ label: 'seed 1', faint: true })],
        levels: [{ label: 'HPA', y: 2, color: '#000' }],
      }),
    );
    assert.ok(svg.includes('>a run</text>') && svg.includes('>HPA</text>'));
    assert.ok(!svg.includes('seed 1'));
  });
});

describe('Numbers on axes', () => {
  it('Ticks of an axis are round, inside the axis, evenly spaced and not too many (property)', () => {
    const ends = fc.tuple(
      fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
      fc.double({ noNaN: true, min: 1e-3, max: 1e6 }),
    );
    fc.assert(
      fc.property(ends, fc.integer({ min: 2, max: 20 }), ([from, size], count) => {
        const values = ticks(from, from + size, count);
        assert.ok(values.length <= count + 1);
        for (const value of values) assert.ok(value >= from - size * 1e-6 && value <= from + size * (1 + 1e-6));
      }),
    );
    assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(timeTicks(0, 200, 4), [0, 60, 120, 180]);
  });

  it('Labels of an axis have as many decimals as the finest tick needs, and no more', () => {
    assert.deepEqual(tickLabels([0, 0.25, 0.5]), ['0', '0.25', '0.50']);
    assert.deepEqual(tickLabels([0, 500_000, 1_000_000]), ['0', '0.5 M', '1.0 M']);
    assert.deepEqual(tickLabels([20_000, 40_000]), ['20 k', '40 k']);
    assert.deepEqual(tickLabels([0, 0.0005]), ['0', '5e-4']);
    assert.deepEqual(tickLabels([-1, 0, 1]), ['-1', '0', '1']);
  });

  it('Large and small numbers are short in words', () => {
    assert.deepEqual([0, 0.123456, 12, 9999, 22_528, 2_000_000, -0.5].map(compact), [
      '0',
      '0.1235',
      '12',
      '9999',
      '22.53 k',
      '2 M',
      '-0.5',
    ]);
    assert.deepEqual([0, 1.25, 59.6, 60, 185, 3723].map(duration), ['0 s', '1.3 s', '60 s', '1:00', '3:05', '1:02:03']);
  });
});

describe('Series of a chart', () => {
  it('A series has a value at a point and the nearer value between two points, but none outside', () => {
    assert.deepEqual(pointAt(line({ low: [0, 1, 2], high: [2, 3, 4] }), 10), { x: 10, y: 2, low: 1, high: 3 });
    assert.equal(pointAt(line(), 14)?.x, 10);
    assert.equal(pointAt(line(), 16)?.x, 20);
    assert.equal(pointAt(line(), 100), undefined);
    assert.equal(pointAt(line({ y: [1, null, 3] }), 10), undefined);
    assert.equal(pointAt(line({ x: [], y: [] }), 10), undefined);
  });

  it('The axes of a chart fit its series', () => {
    assert.deepEqual(xExtent(chart()), { from: 0, to: 20 });
    assert.deepEqual(xExtent(chart({ range: { from: 5, to: 6 } })), { from: 5, to: 6 });
    assert.deepEqual(xExtent(chart({ lines: [] })), { from: 0, to: 1 });
    const { from, to } = yExtent(chart({ levels: [{ label: '', y: 9, color: '' }] }));
    assert.ok(from < 1 && to > 9);
    const shown = yExtent(chart({ range: { from: 10, to: 20 } }));
    assert.ok(shown.from > 1);
  });

  it('A chart cuts off outliers only where it is asked to and where that helps', () => {
    const x = Array.from({ length: 100 }, (_, i) => i);
    const lines = [line({ x, y: x.map((i) => (i === 0 ? -1000 : Math.sin(i))) })];
    assert.ok(yExtent(chart({ lines })).from < -999);
    assert.ok(yExtent(chart({ lines, ignoreOutliers: true })).from > -3);
    const even = [line({ x, y: x })];
    assert.deepEqual(yExtent(chart({ lines: even, ignoreOutliers: true })), yExtent(chart({ lines: even })));
  });

  it('An axis does not go below 0 where no value can be below 0', () => {
    assert.equal(yExtent(chart({ lines: [line({ y: [0, 5, 10] })] })).from, 0);
  });

  it('A series falls into stretches at its gaps', () => {
    assert.deepEqual(stretches([null, 1, 2, null, null, 3]), [
      [1, 3],
      [5, 6],
    ]);
    assert.deepEqual(stretches([]), []);
  });

  it('Markers on a series are far enough apart, with one at its end', () => {
    assert.deepEqual(markedPoints([0, 10, 20, 30], [1, 1, 1, null], 15), [2, 0]);
  });
});

describe('Table of a chart', () => {
  it('The table of a chart has every line with its band, and the levels', () => {
    const data = chart({
      lines: [
        line({ low: [0.5, 1.5, null], high: [1.5, 2.5, null] }),
        line({ label: 'other', y: [7, null, 9] }),
        line({ faint: true }),
      ],
      levels: [{ label: 'HPA', y: 0.858, color: '' }],
    });
    const { columns, rows } = tableOf(data);
    assert.deepEqual(
      columns.map(({ label }) => label),
      ['step', 'a run', 'other', 'HPA'],
    );
    assert.deepEqual(columns[1].parts, ['mean', 'low', 'high']);
    assert.deepEqual(rows, [
      ['0', '1', '0.5', '1.5', '7', '0.858'],
      ['10', '2', '1.5', '2.5', '', '0.858'],
      ['20', '3', '', '', '9', '0.858'],
    ]);
  });

  it('The table of a chart has the first and the last point of long lines, and few rows', () => {
    const x = Array.from({ length: 5000 }, (_, i) => i);
    const { rows } = tableOf(chart({ lines: [line({ x, y: x })] }));
    assert.ok(rows.length <= 60);
    assert.equal(rows[0][0], '0');
    assert.equal(rows.at(-1)?.[0], '4999');
  });
});
