import { writeAnalysis } from '../../browser/analysis-fixture.ts';
import type { Session } from '../../browser/harness/session.ts';
import { median } from './activation.ts';

/** Of 4 agents in 125 episodes of 2 seeds. */
export const SEQUENCES = 1000;
const EPISODES = 125;
const STEPS = 60;
const OPENINGS = 3;
const HOVERS = 40;
const CUTS = 12;

export interface ClusteringTimes {
  /** Milliseconds from the command to all charts painted with all of their data, median. */
  readonly opened: number;
  /** Milliseconds from the pointer's move to the mark painted in all charts, the slowest chart's median. */
  readonly hovered: number;
  /** Milliseconds from the key to the charts painted with another cut, median. */
  readonly cut: number;
}

/** 1 000 trajectories in the Clustering view, in a window that has shown a webview before: its first takes VS Code seconds. */
export async function measureClustering({ workbench, folder, page }: Session): Promise<ClusteringTimes> {
  await writeAnalysis(folder, { episodes: EPISODES, steps: STEPS, seeds: [1, 2] });
  const openings: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    await workbench.run('View: Close All Editors');
    await workbench.openPalette('KARMA: Open Clustering');
    const began = performance.now();
    await page.keyboard.press('Enter');
    const opening = await workbench.webview('[data-view="clustering"] h1');
    await opening.locator('main[aria-busy=false] .plot').first().waitFor();
    await opening.locator('body').evaluate(painted);
    openings.push(performance.now() - began);
  }
  const view = await workbench.webview('[data-view="clustering"] h1');
  const hovers: number[] = [];
  for (const chart of ['dendrogram', 'sequences', 'map', 'silhouettes'])
    hovers.push(median(await view.locator(`.plot[data-chart=${chart}]`).evaluate(hover, HOVERS)));
  const cuts = await view.locator('.plot[data-chart=dendrogram]').evaluate(moveCut, CUTS);
  return { opened: median(openings), hovered: Math.max(...hovers), cut: median(cuts) };
}

/** What of the browser's types these functions need; they run in the page. */
interface Page {
  readonly performance: { now(): number };
  readonly PointerEvent: new (type: string, init: object) => unknown;
  readonly KeyboardEvent: new (type: string, init: object) => unknown;
  requestAnimationFrame(callback: () => void): void;
}
interface Target {
  dispatchEvent(event: unknown): void;
  getBoundingClientRect(): { left: number; top: number; width: number; height: number };
}

function painted(): Promise<void> {
  const page = globalThis as unknown as Page;
  return new Promise((resolve) => page.requestAnimationFrame(() => page.requestAnimationFrame(() => resolve())));
}

/** Milliseconds of single moves over all of the chart. */
async function hover(element: unknown, count: number): Promise<number[]> {
  const page = globalThis as unknown as Page;
  const target = element as Target;
  const { left, top, width, height } = target.getBoundingClientRect();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const share = (i + 0.5) / count;
    const init = {
      clientX: left + width * (0.2 + 0.6 * share),
      clientY: top + height * (0.1 + 0.75 * ((share * 7) % 1)),
    };
    const began = page.performance.now();
    target.dispatchEvent(new page.PointerEvent('pointermove', { ...init, bubbles: true }));
    await new Promise<void>((resolve) => page.requestAnimationFrame(() => page.requestAnimationFrame(() => resolve())));
    times.push(page.performance.now() - began);
  }
  return times;
}

async function moveCut(element: unknown, count: number): Promise<number[]> {
  const page = globalThis as unknown as Page;
  const target = element as Target;
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const began = page.performance.now();
    target.dispatchEvent(new page.KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
    await new Promise<void>((resolve) => page.requestAnimationFrame(() => page.requestAnimationFrame(() => resolve())));
    times.push(page.performance.now() - began);
  }
  return times;
}
