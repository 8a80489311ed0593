import axe from 'axe-core';
import type { Locator } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/**
 * What axe finds wrong below an element, in sentences. The element's document may be that of a webview. `exempt`: rules that
 * do not apply there.
 */
export async function axeViolations(element: Locator, exempt: readonly string[] = []): Promise<string[]> {
  const handle = await element.elementHandle();
  const frame = await handle?.ownerFrame();
  if (!handle || !frame) throw new Error('The element is gone.');
  await frame.evaluate(axe.source);
  const violations = await handle.evaluate(run);
  return violations
    .filter(({ id }) => !exempt.includes(id))
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id} (${help}): ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
    );
}

/** Runs in the page, where axe is a global. */
async function run(root: unknown): Promise<readonly Violation[]> {
  const { axe } = globalThis as unknown as {
    axe: { run(root: unknown, options: object): Promise<{ violations: readonly Violation[] }> };
  };
  return (await axe.run(root, { resultTypes: ['violations'] })).violations;
}
