import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './harness/eventually.ts';
import { descendants, extensionHost, runnerProcesses } from './harness/processes.ts';
import { useSession } from './harness/use-session.ts';
import { watchProcess, type Doings } from './harness/watch-process.ts';

describe('Untrusted workspace', () => {
  const session = useSession({
    workspaceTrust: true,
    prepare: (folder) => appendFileSync(join(folder, 'missions.karma.yaml'), '\n---\nkind: Missing\n'),
  });

  /**
   * All but what VS Code itself does: its own programs, its look for open ports and its search for files (which may be seen at their end only), and the window's
   * connection to the server. A program of ours lives longer than a look takes.
   */
  function ours({ children, sockets }: Doings): string[] {
    const { server } = session();
    const own =
      /node_modules\/code-server\/lib\/vscode\/(?!.*extensions\/karma-mas)|^\/bin\/sh -c (ls -l \/proc\/|ps -F -A -l)|^(sh|ls|ps|rg|a process) at its end$/;
    return [
      ...children.filter((command) => !own.test(command)),
      ...sockets.filter((socket) => !socket.includes(` 127.0.0.1:${server.port} ->`)),
    ];
  }

  it('An untrusted workspace is edited, checked and viewed without a process or a connection', async () => {
    const { workbench, page, server, folder } = session();
    const host = await eventually('the extension host runs', () => extensionHost(server.pid));
    const watched = watchProcess(host.pid);

    await workbench.openFile('missions.karma.yaml');
    const problems = page.locator('.part.statusbar [id="status.problems"]');
    await eventually('the problem is found', async () => /[1-9]/.test((await problems.innerText()).trim()));
    for (const view of ['Specifications', 'Runs', 'Cluster']) await workbench.view(view);
    await (await workbench.row('Specifications', 'Organizations')).waitFor();

    const offered = await workbench.offered('KARMA: ');
    const titles = offered.map((label) => label.split(',')[0]).filter((title) => title.startsWith('KARMA: '));
    assert.ok(titles.length >= 4, `a few commands work without trust: ${offered.join('; ')}`);
    for (const forbidden of [
      'Run All Phases',
      'Train Policies',
      'Fit Twin',
      'Collect Traces',
      'Select Cluster',
      'Set Up GPU Backend',
      'Check Setup',
    ])
      assert.ok(!titles.some((title) => title.includes(forbidden)), `${forbidden} is not offered`);
    for (const title of titles) {
      await workbench.run(title);
      await page.keyboard.press('Escape');
    }
    // A line that is typed is checked, too.
    await workbench.openFile('missions.karma.yaml');
    const before = await problems.innerText();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\n---\nkind: Another\n');
    await eventually('the new problem is found', async () => (await problems.innerText()) !== before);

    const doings = await watched();
    assert.deepEqual(ours(doings), []);
    assert.deepEqual(runnerProcesses(folder), []);
  });

  it('A workspace that becomes trusted starts its language server in a process, and that is noticed', async () => {
    const { workbench, page, server } = session();
    const watched = watchProcess(extensionHost(server.pid)!.pid);
    await workbench.run('Workspaces: Manage Workspace Trust');
    await page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: /^Trust/ })
      .first()
      .click();
    await eventually('the language server runs', () =>
      descendants(server.pid).some(({ args }) => args.some((arg) => arg.endsWith('dist/server.mjs'))),
    );
    const doings = await watched();
    assert.match(ours(doings).join('\n'), /dist\/server\.mjs/);
  });
});
