/** All checks of Check Setup and `karma-mas doctor`. They change nothing and contact no cluster. */
import type { EngineFiles } from '../../nn/wasm/engine.ts';
import { checkGpu, checkTfjs } from './backends.ts';
import { checkDisk, checkRuns, checkSpecifications } from './folder.ts';
import { checkKubeconfig } from './kubeconfig.ts';
import { checkNode, checkSqlite, checkWasm } from './programs.ts';
import type { Finding } from './finding.ts';
import { askNvidia } from '../gpu/nvidia.ts';
import { probeBackend } from '../../jobs/backend/probe.ts';

export interface DoctorOptions {
  /** Absolute folders of specifications. */
  readonly folders: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The runner's program. */
  readonly runner: string;
  readonly kernels: EngineFiles;
}

/** Yields each finding as soon as it is known. */
export async function* findings({ folders, env, now, runner, kernels }: DoctorOptions): AsyncGenerator<Finding> {
  const probe = (backend: 'tfjs' | 'tfjs-gpu') => probeBackend({ node: process.execPath, runner, backend, env });
  yield checkNode();
  yield await checkWasm(kernels);
  yield await checkSqlite();
  yield checkTfjs(await probe('tfjs'));
  const [probed, nvidia] = await Promise.all([probe('tfjs-gpu'), askNvidia(env)]);
  yield checkGpu(probed, nvidia);
  const contexts = new Set<string>();
  for (const folder of folders) {
    const { finding, model } = await checkSpecifications(folder);
    yield finding;
    for (const { target } of model?.transfers ?? []) contexts.add(target.context);
    yield* checkRuns(folder, now);
    yield await checkDisk(folder);
  }
  yield* checkKubeconfig({ env, wanted: [...contexts] });
}
