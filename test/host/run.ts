/**
 * `npm run test:host [-- FILE ...] [--grep PATTERN] [--electron]` runs the tests of suite/ with mocha, inside the extension host
 * of a real VS Code, from the built dist/. The tests directly in suite/ see a copy of the sample, those in suite/empty an empty
 * folder, and those in suite/untrusted a copy of the sample that is not trusted. --electron uses the VS Code that
 * @vscode/test-electron downloads. HOST_VERBOSE=1 shows the workbench's own log.
 */
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { runInCodeServer } from './run-in-code-server.ts';
import { runInElectron } from './run-in-electron.ts';
import { removeFolder } from './server.ts';
import { newWorkspace, root } from './workspaces.ts';

/** The parameters with which VS Code is started. */
export interface HostRun {
  readonly extension: string;
  readonly tests: string;
  readonly workspace: string;
  readonly trusted: boolean;
  readonly env: Readonly<Record<string, string>>;
}

const suite = join(import.meta.dirname, 'suite');
const kinds = [
  { folder: suite, content: 'sample', trusted: true },
  { folder: join(suite, 'empty'), content: 'nothing', trusted: true },
  { folder: join(suite, 'untrusted'), content: 'sample', trusted: false },
] as const;

/** Resolves what a module finds beside itself in the repository, not in the bundle. */
const inPlace: Plugin = {
  name: 'in place',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    })),
};

const { values, positionals } = parseArgs({
  options: { grep: { type: 'string' }, electron: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const wanted = positionals.map((file) => resolve(file));
let failed = false;
for (const kind of kinds) {
  const files = testFiles(kind.folder).filter((file) => wanted.length === 0 || wanted.includes(file));
  if (files.length > 0 && !(await runKind(kind, files))) failed = true;
}
process.exit(failed ? 1 : 0);

/** Resolves with whether all tests passed. */
async function runKind(kind: (typeof kinds)[number], files: readonly string[]): Promise<boolean> {
  const scratch = mkdtempSync(join(tmpdir(), 'karma-host-'));
  const output = join(scratch, 'output');
  writeFileSync(output, '');
  const workspace = newWorkspace(kind.content);
  const stopPrinting = follow(output);
  const run = values.electron ? runInElectron : runInCodeServer;
  try {
    const passed = await run({
      extension: root,
      tests: await bundle(kind.folder, files),
      workspace,
      trusted: kind.trusted,
      env: { KARMA_TEST_OUTPUT: output, ...(values.grep && { KARMA_TEST_GREP: values.grep }) },
    });
    return passed;
  } finally {
    await stopPrinting();
    removeFolder(scratch);
    removeFolder(dirname(workspace));
  }
}

function testFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(folder, name));
}

/** Bundles the tests into one file for the extension host, which provides mocha and vscode. */
async function bundle(folder: string, files: readonly string[]): Promise<string> {
  const outfile = join(root, 'out/host', `${basename(folder)}.cjs`);
  const imports = files.map((file) => `import './${relative(folder, file)}';`);
  await build({
    stdin: {
      contents: [`import { run } from '${join(suite, 'mocha.ts')}';`, ...imports, 'export { run };'].join('\n'),
      resolveDir: folder,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    plugins: [inPlace],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}

/** Prints what is appended to a file until the returned function is called. */
function follow(path: string): () => Promise<void> {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(65_536);
  const print = (): void => {
    for (let read = 1; read > 0;) {
      read = readSync(file, buffer);
      process.stdout.write(buffer.subarray(0, read));
    }
  };
  const stop = new AbortController();
  const printing = (async () => {
    while (!stop.signal.aborted) {
      print();
      await sleep(200, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    print();
    closeSync(file);
  })();
  return () => {
    stop.abort();
    return printing;
  };
}
