/**
 * Bundles the command line and the runner into dist/ (or the folder given), with what they need beside them: the compiled
 * kernels, the schemas, the examples, and the package's name and version. `npm run build` runs it.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  absWorkingDir: root,
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  // Optional peers are loaded on request from where the user installed them.
  external: ['@tensorflow/*'],
  // Bundled CommonJS packages call require.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  },
  legalComments: 'none',
  logLevel: 'warning',
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await build({
  ...shared,
  entryPoints: {
    cli: 'src/hosts/cli/main.ts',
    runner: 'src/hosts/runner/main.ts',
    'kernels-worker': 'src/nn/wasm/worker.ts',
  },
});
// Runs on any Node from 16 on, to say in a sentence what is wrong with it.
await build({ ...shared, banner: {}, target: 'node16', entryPoints: { 'karma-mas': 'src/hosts/cli/launcher.ts' } });
chmodSync(join(dist, 'karma-mas.mjs'), 0o755);

cpSync(join(root, 'src/nn/wasm/kernels.wasm'), join(dist, 'kernels.wasm'));
cpSync(join(root, 'schemas'), join(dist, 'schemas'), { recursive: true });
cpSync(join(root, 'examples'), join(dist, 'examples'), { recursive: true });
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
};
writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ name, version, type: 'module' }, null, 2)}\n`);
