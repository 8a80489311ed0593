/**
 * Bundles every process and every webview into dist/ (or the folder given), with what they need beside them: the compiled
 * kernels, the schemas, the examples, and the package's name and version. `npm run build` runs it.
 *     node tools/build.ts [FOLDER] [--debug]
 * --debug: readable, with source maps, for a debugger. Such a build carries no hash, so the next test or package makes its own.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { HASH_FILE, hashOfInputs } from './build-once.ts';

const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  options: { debug: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const target = resolve(positionals[0] ?? join(root, 'dist'));
// The build goes to a folder next to the target and is renamed at the end, so that a failure leaves the old one.
const dist = `${target}.${process.pid}`;
const hash = hashOfInputs();

/** Bundles only the part of the Kubernetes client that reads a kubeconfig. */
const kubeconfigOnly: Plugin = {
  name: 'kubeconfig-only',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
      /@kubernetes[/\\]client-node[/\\]dist[/\\]config\.js$/.test(importer)
        ? { path: join(root, 'tools/bundle/without-kubernetes-models.ts') }
        : undefined,
    );
  },
};

const shared: BuildOptions = {
  bundle: true,
  absWorkingDir: root,
  outdir: dist,
  minify: !values.debug,
  sourcemap: values.debug && 'linked',
  legalComments: 'none',
  logLevel: 'warning',
};
const node: BuildOptions = {
  ...shared,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  // Optional packages are loaded on request from where the user installed them.
  external: ['@tensorflow/*'],
  alias: { undici: join(root, 'tools/bundle/without-undici.ts') },
  plugins: [kubeconfigOnly],
  // Bundled CommonJS packages call require.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
};

process.on('exit', () => rmSync(dist, { recursive: true, force: true }));
mkdirSync(dist, { recursive: true });
await Promise.all([
  // Code that several processes share goes into chunks.
  build({
    ...node,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    entryPoints: {
      cli: 'src/hosts/cli/main.ts',
      runner: 'src/hosts/runner/main.ts',
      server: 'src/hosts/server/main.ts',
    },
  }),
  build({
    ...node,
    entryPoints: { 'kernels-worker': 'src/nn/wasm/worker.ts', 'warping-worker': 'src/analyzing/warping/worker.ts' },
  }),
  // The controller goes into an image as one file, with the kernels in it.
  build({
    ...node,
    entryPoints: { controller: 'src/hosts/controller/main.ts' },
    define: { KARMA_KERNELS: JSON.stringify(readFileSync(join(root, 'src/nn/wasm/kernels.wasm'), 'base64')) },
  }),
  // The launcher runs on Node 16 and later, to say in a sentence what is wrong with an old one.
  build({ ...node, banner: {}, target: 'node16', entryPoints: { 'karma-mas': 'src/hosts/cli/launcher.ts' } }),
  build({
    ...shared,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', './language-client.cjs'],
    // The library of the client is larger than all the rest, so it is loaded after activation.
    entryPoints: {
      extension: 'src/hosts/extension/main.ts',
      'language-client': 'src/hosts/extension/language-client.ts',
    },
  }),
  build({
    ...shared,
    platform: 'browser',
    target: 'es2024',
    format: 'iife',
    outdir: join(dist, 'webview'),
    entryPoints: webviews(),
  }),
]);
chmodSync(join(dist, 'karma-mas.mjs'), 0o755);

cpSync(join(root, 'src/nn/wasm/kernels.wasm'), join(dist, 'kernels.wasm'));
cpSync(join(root, 'src/analyzing/warping/kernel.wasm'), join(dist, 'warping.wasm'));
cpSync(join(root, 'node_modules/@vscode/codicons/dist/codicon.css'), join(dist, 'webview/codicon.css'));
cpSync(join(root, 'node_modules/@vscode/codicons/dist/codicon.ttf'), join(dist, 'webview/codicon.ttf'));
cpSync(join(root, 'schemas'), join(dist, 'schemas'), { recursive: true });
cpSync(join(root, 'examples'), join(dist, 'examples'), { recursive: true });
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
};
writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ name, version, type: 'module' }, null, 2)}\n`);
if (!values.debug) writeFileSync(join(dist, HASH_FILE), hash);

rmSync(target, { recursive: true, force: true });
renameSync(dist, target);

/** Each folder of webview/ that has a main.ts is a view, or the controls that all of them share. */
function webviews(): Record<string, string> {
  const folders = readdirSync(join(root, 'webview'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Object.fromEntries(
    folders.map(({ name }) => [name, `webview/${name}/main.ts`]).filter(([, entry]) => existsSync(join(root, entry))),
  );
}
