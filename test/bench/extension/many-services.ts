import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../browser/harness/eventually.ts';
import { openSession, type Session } from '../../browser/harness/session.ts';
import { addManyServices } from '../../fake-kubernetes/many-services.ts';
import { deployment, SERVICES, startFakeCluster, type FakeCluster } from '../../fake-kubernetes/namespace.ts';
import { root } from '../../host/workspaces.ts';
import { median } from './activation.ts';

export const COUNT = 500;
const NAMESPACE = 'many';
const CHANGES = 5;
const SEARCHES = 12;

export interface ManyServicesTimes {
  /** Milliseconds from Connect until services are shown as they are. */
  readonly looked: number;
  /** Milliseconds from a change of the cluster until it is shown, median. */
  readonly followed: number;
  /** Milliseconds from what is typed into the search until what it finds is painted, median. */
  readonly found: number;
}

/** The Cluster view of a namespace of hundreds of deployments, on an API server that is not real and answers at once. */
export async function measureManyServices(): Promise<ManyServicesTimes> {
  const fake = await startFakeCluster();
  addManyServices(fake, NAMESPACE, COUNT);
  const spec = join(fake.folder, 'cluster.karma.yaml');
  const cli = join(root, 'dist/karma-mas.mjs');
  const args = ['cluster', 'import', NAMESPACE, '--prometheus', 'monitoring/prometheus:9090', '--out', spec];
  // Not synchronously: the server that it asks is in this process.
  await promisify(execFile)(process.execPath, [cli, ...args], { env: fake.env });
  const session = await openSession({
    content: 'nothing',
    env: () => ({ KUBECONFIG: fake.env.KUBECONFIG }),
    prepare: (folder) => copyFileSync(spec, join(folder, 'cluster.karma.yaml')),
  });
  try {
    return await measure(session, fake);
  } finally {
    await session.close();
    await fake.stop();
  }
}

async function measure({ workbench }: Session, fake: FakeCluster): Promise<ManyServicesTimes> {
  await workbench.view('Cluster');
  const view = await workbench.webview('[data-view="cluster"] h1');
  const service = (name: string) =>
    view.locator('.service').filter({ has: view.getByRole('heading', { name, exact: true }) });
  /** Of those that are shown before all are asked for. */
  const last = 'service-099';
  const replicas = service(last).locator('.replicas');
  const connect = view.getByRole('button', { name: 'Connect', exact: true });
  await connect.waitFor();
  const asked = performance.now();
  await connect.click();
  await replicas.waitFor();
  const looked = performance.now() - asked;
  const changes: number[] = [];
  for (let i = 0; i < CHANGES; i++) {
    const count = 3 + i;
    const changed = deployment({ ...SERVICES[0], name: last, replicas: count, next: '' });
    const metadata = { ...changed.metadata, namespace: NAMESPACE };
    const began = performance.now();
    fake.api.put(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`, { ...changed, metadata });
    await eventually('the change is shown', async () => (await replicas.innerText()).startsWith(String(count)));
    changes.push(performance.now() - began);
  }
  const search = view.getByRole('textbox', { name: 'Find a service' });
  const found: number[] = [];
  for (let i = 0; i < SEARCHES; i++)
    found.push(await search.evaluate(enterAndPaint, i % 2 === 0 ? String(10 + i) : ''));
  return { looked, followed: median(changes), found: median(found) };
}

/** What of the browser's types this function needs; it runs in the page. */
interface Page {
  readonly performance: { now(): number };
  readonly Event: new (type: string, init: object) => unknown;
  requestAnimationFrame(callback: () => void): void;
}

async function enterAndPaint(element: unknown, text: string): Promise<number> {
  const page = globalThis as unknown as Page;
  const input = element as { value: string; dispatchEvent(event: unknown): void };
  const began = page.performance.now();
  input.value = text;
  input.dispatchEvent(new page.Event('input', { bubbles: true, composed: true }));
  await new Promise<void>((resolve) => page.requestAnimationFrame(() => page.requestAnimationFrame(() => resolve())));
  return page.performance.now() - began;
}
