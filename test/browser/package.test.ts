import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { root } from '../host/workspaces.ts';
import { eventually } from './harness/eventually.ts';
import { extensionHost } from './harness/processes.ts';
import { packagePath } from './harness/session.ts';
import { useSession } from './harness/use-session.ts';
import { watchProcess } from './harness/watch-process.ts';

/** What a user needs, and nothing else. */
const NEEDED = [
  /^(README\.md|LICENSE|CHANGELOG\.md|package\.json|package\.nls\.json|language-configuration\.json)$/,
  /^syntaxes\/[\w.-]+\.json$/,
  /^media\/[\w/.-]+\.(svg|png|md)$/,
  /^docs\/images\/[\w.-]+\.png$/,
  /^dist\/(extension|language-client)\.cjs$/,
  /^dist\/(cli|controller|karma-mas|runner|server|kernels-worker|warping-worker|chunk-\w+)\.mjs$/,
  /^dist\/(kernels|warping)\.wasm$/,
  /^dist\/package\.json$/,
  /^dist\/schemas\/[\w.-]+\.json$/,
  /^dist\/examples\/[\w/.-]+\.(yaml|csv|json|md)$/,
  /^dist\/webview\/[\w-]+\.(js|css)$/,
  /^dist\/webview\/codicon\.ttf$/,
];
const LIMIT = 2_000_000;

describe('Package', () => {
  it('The package holds only what is needed', () => {
    const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
    const listed = execFileSync(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: root, encoding: 'utf8' });
    const files = listed.trim().split('\n');
    assert.ok(files.includes('dist/extension.cjs'));
    assert.deepEqual(
      files.filter((file) => !NEEDED.some((pattern) => pattern.test(file))),
      [],
    );
  });

  it(`The package has at most ${LIMIT / 1e6} MB`, () => {
    assert.ok(statSync(packagePath()).size <= LIMIT);
  });

  describe('Package that is installed with the network off', () => {
    /** Chromium itself asks its maker now and then. */
    const chromiums =
      /(update|content-autofill|optimizationguide-pa)\.googleapis\.com|(accounts|clients\d?|www)\.google\.com/;
    /** Chromium sends here what is meant for any machine but this one. It is told and refused. */
    const asked: string[] = [];
    let proxy: Server;
    before(async () => {
      proxy = createServer((socket) => {
        socket.once('data', (data) => {
          const [request] = data.toString('latin1').split('\r\n');
          if (!chromiums.test(request)) asked.push(request);
          socket.destroy();
        });
        socket.on('error', () => undefined);
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    });
    after(() => proxy.close());

    const session = useSession({ browserFlags: () => [`--proxy-server=127.0.0.1:${port(proxy)}`] });

    it('The installed package holds no source map, test or specification of ours', () => {
      const folder = session().extension();
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const paths = files.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
      assert.deepEqual(
        paths.filter((path) => /\.map$|\.ts$|(^|\/)(test|src)\/|^docs\/(?!images\/)/.test(path)),
        [],
      );
      for (const path of paths.filter((name) => /\.(c|m)?js$/.test(name)))
        assert.ok(
          !readFileSync(join(folder, path), 'utf8').includes('sourceMappingURL=data:'),
          `${path} has no source map`,
        );
    });

    it('The installed package is used without a request to the outside', async () => {
      const { workbench, page, server } = session();
      const host = await eventually('the extension host runs', () => extensionHost(server.pid));
      const watched = watchProcess(host.pid);
      await workbench.openFile('training.karma.yaml');
      await (await workbench.row('Specifications', 'Organizations')).waitFor();
      await workbench.webview('[data-view="cluster"]');
      await workbench.run('KARMA: Train Policies');
      await workbench.pick('in-emulator', 'Which Training?');
      await workbench.pick('Quick Look', 'How thorough?');
      await (await workbench.row('Runs', /Training \d+ %/)).waitFor();
      await workbench.run('KARMA: Open Learning Curves');
      await (
        await workbench.webview('[data-view="learning-curves"]')
      )
        .getByRole('heading', { name: 'Return' })
        .waitFor();
      await page.screenshot();
      const { sockets } = await watched();
      assert.deepEqual(asked, []);
      assert.deepEqual(
        sockets.filter((socket) => !/ 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/.test(socket)),
        [],
      );
      assert.deepEqual(session().errors, []);
    });

    it('The test of the installed package would notice a request to the outside', async () => {
      const { page } = session();
      await page.evaluate('fetch("https://outside.invalid/", { mode: "no-cors" }).catch(() => undefined)');
      await eventually('the request is told', () => asked.some((line) => line.includes('outside.invalid')));
    });
  });
});

function port(server: Server): number {
  return (server.address() as { port: number }).port;
}
