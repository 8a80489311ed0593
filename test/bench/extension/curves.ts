import { eventually } from '../../browser/harness/eventually.ts';
import type { Session } from '../../browser/harness/session.ts';
import { WrittenRun } from '../../browser/learning-curves-run.ts';
import { median } from './activation.ts';

const POINTS = 100_000;
const SEEDS = 3;
const ZOOMS = 8;
const SECONDS = 10;

/** Milliseconds from a key that zooms until the chart is painted, with what the view holds and with what the host answers. */
export async function measureRedraw({
  workbench,
  folder,
}: Session): Promise<{ readonly painted: number; readonly answered: number }> {
  const run = new WrittenRun(folder);
  try {
    run.iterate(Math.ceil(POINTS / SEEDS));
    await workbench.run('KARMA: Open Learning Curves');
    const curves = await workbench.webview('[data-view="learning-curves"] karma-chart-card');
    const chart = curves.getByRole('application', { name: 'Return', exact: true });
    await chart.locator('canvas').waitFor();
    await curves.getByRole('button', { name: 'Show Success as a Table' }).click();
    const lastRow = curves.locator('karma-chart-card[data-metric="cluster/success"] .data-table tbody th').last();
    await eventually('all points are read', async () => {
      const step = Number((await lastRow.textContent())?.replaceAll(/\D/g, ''));
      return step > 0.99 * run.step;
    });
    const times: { painted: number; answered: number }[] = [];
    for (let zoom = 0; zoom < ZOOMS; zoom++) times.push(await chart.evaluate(zoomAndPaint));
    return { painted: median(times.map((time) => time.painted)), answered: median(times.map((time) => time.answered)) };
  } finally {
    run.close();
  }
}

/** Messages that the learning curves get while a run writes fifty times a second. */
export async function measureMessages({
  workbench,
  folder,
}: Session): Promise<{ readonly aSecond: number; readonly largest: number; readonly seconds: number }> {
  const run = new WrittenRun(folder);
  const writing = setInterval(() => run.iterate(1), 20);
  try {
    run.iterate(100);
    await workbench.run('KARMA: Open Learning Curves');
    const curves = await workbench.webview('[data-view="learning-curves"] karma-chart-card');
    const { count, largest } = await curves.locator('body').evaluate(countMessages, SECONDS);
    return { aSecond: count / SECONDS, largest, seconds: SECONDS };
  } finally {
    clearInterval(writing);
    run.close();
  }
}

/** What of the browser's types these functions need; they run in the page. */
interface Page {
  readonly performance: { now(): number };
  readonly KeyboardEvent: new (type: string, init: object) => unknown;
  requestAnimationFrame(callback: () => void): void;
  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void;
  removeEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void;
}

async function zoomAndPaint(element: unknown): Promise<{ painted: number; answered: number }> {
  const page = globalThis as unknown as Page;
  const painted = (): Promise<void> =>
    new Promise((resolve) => page.requestAnimationFrame(() => page.requestAnimationFrame(() => resolve())));
  const message = new Promise<void>((resolve) => {
    const listener = (): void => {
      page.removeEventListener('message', listener);
      resolve();
    };
    page.addEventListener('message', listener);
  });
  const began = page.performance.now();
  const chart = element as { dispatchEvent(event: unknown): void };
  chart.dispatchEvent(new page.KeyboardEvent('keydown', { key: '+', bubbles: true, cancelable: true }));
  await painted();
  const first = page.performance.now() - began;
  await message;
  await painted();
  return { painted: first, answered: page.performance.now() - began };
}

async function countMessages(_: unknown, seconds: number): Promise<{ count: number; largest: number }> {
  const page = globalThis as unknown as Page;
  let count = 0;
  let largest = 0;
  page.addEventListener('message', ({ data }) => {
    count++;
    largest = Math.max(largest, JSON.stringify(data).length);
  });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return { count, largest };
}
