import axe from 'axe-core';
import type { Locator } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds wrong below an element, in sentences. The element's document may be that of a webview. */
export async function axeViolations(element: Locator): Promise<string[]> {
  const handle = await element.elementHandle();
  const frame = await handle?.ownerFrame();
  if (!handle || !frame) throw new Error('The element is gone.');
  await frame.evaluate(axe.source);
  const { violations } = (await frame.evaluate(
    'root => axe.run(root, { resultTypes: ["violations"] })',
    handle,
  )) as { violations: readonly Violation[] };
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id} (${help}): ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
  );
}
