/**
 * `npm run bench:extension`: the budgets of the extension, measured in a real VS Code, each with its limit beside. Prints the
 * machine first; exits with 1 where a limit is passed.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { openSession, packagePath } from '../../browser/harness/session.ts';
import { root } from '../../host/workspaces.ts';
import { measureActivation } from './activation.ts';
import { measureClustering, SEQUENCES } from './clustering.ts';
import { measureMessages, measureRedraw } from './curves.ts';
import { COUNT, measureManyServices } from './many-services.ts';
import { measureStop } from './stop.ts';

const kB = 1000;
let passed = true;

function report(name: string, value: number, limit: number, unit: string, note = ''): void {
  const fits = value <= limit;
  passed &&= fits;
  const number = (figure: number): string => (figure < 10 ? figure.toFixed(2) : figure.toFixed(0)).padStart(7);
  console.log(
    `${name.padEnd(52)}${number(value)}${number(limit)}  ${unit.padEnd(5)} ${fits ? 'ok  ' : 'OVER'} ${note}`,
  );
}

console.log(
  `${availableParallelism()} x ${cpus()[0].model.trim()}, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`,
);
console.log(`\n${''.padEnd(52)}  value  limit`);

report('.vsix', statSync(packagePath()).size / kB, 2000, 'kB');
const dist = join(root, 'dist');
report('extension.cjs', statSync(join(dist, 'extension.cjs')).size / kB, 500, 'kB');
report('webview/controls.js', statSync(join(dist, 'webview/controls.js')).size / kB, 320, 'kB');
for (const name of readdirSync(join(dist, 'webview')).filter(
  (file) => file.endsWith('.js') && file !== 'controls.js',
)) {
  const css = join(dist, 'webview', name.replace(/js$/, 'css'));
  const size = statSync(join(dist, 'webview', name)).size + (existsSync(css) ? statSync(css).size : 0);
  report(`webview/${name} and its styles`, size / kB, 150, 'kB');
}

const activation = await measureActivation();
report('activation, median', activation.median, 100, 'ms', `${activation.all.map((ms) => ms.toFixed(0)).join(' ')}`);

const session = await openSession({ settings: { 'karma-mas.run.notifications': 'none' } });
try {
  const stop = await measureStop(session);
  report('stop of a run, acknowledged', stop.acknowledged / 1000, 1, 's');
  report('stop of a run, at a checkpoint', stop.checkpointed / 1000, 5, 's');
  const redraw = await measureRedraw(session);
  report('100 000 points: zoomed and painted, median', redraw.painted, 50, 'ms', 'what the view holds');
  report('100 000 points: with new data, median', redraw.answered, 500, 'ms', 'what the host sends for the new range');
  const clustering = await measureClustering(session);
  report(`${SEQUENCES} trajectories: open in the Clustering view`, clustering.opened, 2000, 'ms');
  report(`${SEQUENCES} trajectories: pointed at and painted, median`, clustering.hovered, 50, 'ms', 'slowest chart');
  report(`${SEQUENCES} trajectories: cut and painted, median`, clustering.cut, 200, 'ms');
  const messages = await measureMessages(session);
  report('messages a second to a webview', messages.aSecond, 10, '1/s', `over ${messages.seconds} s`);
  report('largest message', messages.largest / kB, 64, 'kB');
} finally {
  await session.close();
}
const many = await measureManyServices();
report(`${COUNT} services: in the Cluster view after Connect`, many.looked / 1000, 10, 's');
report(`${COUNT} services: a change is shown, median`, many.followed / 1000, 10, 's', 'looks every 4 s');
report(`${COUNT} services: searched and painted, median`, many.found, 200, 'ms');
process.exit(passed ? 0 : 1);
