/**
 * `npm run try`: VS Code with the packaged extension, open on a copy of the sample, to look at with any browser. Ctrl-C ends it
 * and everything that was started in it.
 */
import { dirname } from 'node:path';
import { kill, runnerProcesses } from './browser/harness/processes.ts';
import { packagePath } from './browser/harness/session.ts';
import { workbenchUrl } from './host/chromium.ts';
import { installExtension, installHost, newDataDir, removeFolder, startServer } from './host/server.ts';
import { newWorkspace } from './host/workspaces.ts';

const { code } = installHost();
const folder = newWorkspace('sample');
const dataDir = newDataDir();
installExtension(code, dataDir, packagePath());
const server = await startServer(code, { dataDir });
process.stdout.write(`\nKARMA MAS in VS Code: ${workbenchUrl(server.port, folder)}\nCtrl-C ends it.\n`);
await new Promise((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
await server.stop();
for (const runner of runnerProcesses(folder)) kill(runner);
removeFolder(dataDir);
removeFolder(dirname(folder));
process.exit(0);
