import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { runnerEntry } from '../../../jobs/assets.ts';
import { EXIT, UsageError } from '../../../jobs/failure.ts';
import {
  commandLineDataFolder,
  GPU_PATH_VARIABLE,
  gpuFolder,
  gpuPackagePath,
  installedVersion,
} from '../../../jobs/backend/gpu-package.ts';
import { SetupError } from '../../../setup/setup-error.ts';
import { stopOnInterrupt } from '../interrupt.ts';
import type { AddCommand, CommandHost } from '../command.ts';

export const addGpu: AddCommand = (program, run) => {
  const gpu = program
    .command('gpu')
    .description('install, check or remove the GPU backend (@tensorflow/tfjs-node-gpu)')
    .addHelpText(
      'after',
      `
It is installed into a data folder of karma-mas (KARMA_DATA names another one). An installation
elsewhere is used where ${GPU_PATH_VARIABLE} names the folder whose node_modules holds it.
Examples:
  karma-mas gpu install
  karma-mas train chained-services --backend tfjs-gpu`,
    );
  gpu
    .command('status', { isDefault: true })
    .description('say whether it is installed, loads and uses a GPU, and why not')
    .action(() => run(status));
  gpu
    .command('install')
    .description('download and install it; says the size first')
    .option('-y, --yes', 'do not ask')
    .action(({ yes }: { yes?: boolean }) => run((host) => install(host, yes === true)));
  gpu
    .command('remove')
    .description('remove it')
    .action(() => run(remove));
};

const ownFolder = () => gpuFolder(commandLineDataFolder());

async function status({ output }: CommandHost): Promise<number> {
  const { askNvidia } = await import('../../../setup/gpu/nvidia.ts');
  const { explainGpu } = await import('../../../setup/gpu/explain-gpu.ts');
  const { probeBackend } = await import('../../../jobs/backend/probe.ts');
  const { env, execPath: node } = process;
  const [probed, nvidia] = await Promise.all([
    probeBackend({ node, runner: runnerEntry(), backend: 'tfjs-gpu', env }),
    askNvidia(env),
  ]);
  const report = explainGpu(probed, nvidia);
  const folder = gpuPackagePath(env);
  const place = folder === undefined ? [] : [`In ${folder}.`];
  output.result(
    { type: 'gpu', ...report, ...(folder === undefined ? {} : { folder }) },
    [report.message, ...place, ...(report.advice === undefined ? [] : [report.advice])].join('\n'),
  );
  if (output.debug) output.message(probed.output.trimEnd());
  return report.state === 'broken' ? EXIT.problems : EXIT.fine;
}

async function install(host: CommandHost, yes: boolean): Promise<number> {
  const { output } = host;
  const { env, platform, arch } = process;
  const { findNpm, NO_NPM } = await import('../../../setup/gpu/npm.ts');
  const { askGpuSize, describeGpuSize, libraryUrl, whyNoGpuBuild } = await import('../../../setup/gpu/gpu-size.ts');
  const { installGpu } = await import('../../../setup/gpu/install-gpu.ts');
  const { formatBytes } = await import('../../../setup/gpu/bytes.ts');
  const no = whyNoGpuBuild(platform, arch);
  if (no !== undefined) throw new SetupError(no);
  const npm = findNpm(env);
  if (!npm) throw new SetupError(NO_NPM);
  const stop = stopOnInterrupt(() => output.message('Canceling; what was downloaded is removed.'));
  try {
    const size = await askGpuSize(libraryUrl(platform, env), stop.signal);
    output.message(describeGpuSize(size));
    if (size.problem !== undefined) output.warning(`${size.problem}: the installation will probably fail.`);
    if (!yes && !(await confirm(`Install it into ${ownFolder()}? [y/N] `))) {
      output.message('Nothing was installed.');
      return EXIT.fine;
    }
    await installGpu({
      folder: ownFolder(),
      npm,
      env,
      bytes: size.disk,
      signal: stop.signal,
      onProgress: (bytes) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${formatBytes(bytes)} of about ${formatBytes(size.disk)}  `);
      },
      onOutput: (text) => {
        if (output.debug) output.message(text.trimEnd());
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\n');
    output.message(`Installed into ${ownFolder()}.`);
    return await status(host);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    output.message('Canceled: nothing was installed.');
    return EXIT.stopped;
  } finally {
    stop.dispose();
  }
}

async function remove({ output }: CommandHost): Promise<number> {
  const { removeGpu } = await import('../../../setup/gpu/install-gpu.ts');
  const folder = ownFolder();
  const version = installedVersion(folder);
  const removed = existsSync(folder) && (await removeGpu(folder));
  output.result(
    { type: 'removed', removed, folder },
    removed ? `Removed ${version ?? 'it'} from ${folder}.` : `Nothing to remove: ${folder} does not exist.`,
  );
  return EXIT.fine;
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('There is no terminal to ask in: pass --yes to install.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}
