/** Checks what the engine runs on: Node, the WASM kernels with their threads, and SQLite. */
import { createWasmBackend } from '../../nn/wasm/backend.ts';
import type { EngineFiles } from '../../nn/wasm/engine.ts';
import type { Finding } from './finding.ts';

const NODE_NEEDED = 24;

export function checkNode(version = process.versions.node, path = process.execPath): Finding {
  const by = process.versions.electron ? `that of VS Code (${path})` : path;
  const about = { check: 'node', title: 'Node' } as const;
  const message = `Runs are run by Node ${version}: ${by}.`;
  if (Number.parseInt(version, 10) >= NODE_NEEDED) return { ...about, state: 'ok', message };
  return {
    ...about,
    state: 'problem',
    message,
    advice: `It takes Node ${NODE_NEEDED} or newer: install it (https://nodejs.org), or empty the setting karma-mas.nodePath.`,
    action: { type: 'openSetting', setting: 'karma-mas.nodePath' },
  };
}

/** Computes with two threads of the kernels, which need SIMD, shared memory and workers. */
export async function checkWasm(files: EngineFiles): Promise<Finding> {
  const about = { check: 'wasm', title: 'WASM kernels' } as const;
  try {
    const backend = await createWasmBackend({ files, threads: 2 });
    try {
      const network = backend.network({ inputs: 2, hidden: [], outputs: 1, activation: 'tanh' });
      const zeros = new Float32Array(3);
      network.load({ weights: Float32Array.of(2, 3, 1), firstMoment: zeros, secondMoment: zeros, steps: 0 });
      const output = new Float32Array(1);
      network.forward(Float32Array.of(4, 5), 1, output);
      if (output[0] !== 24) throw new Error(`they compute ${output[0]} where 24 is right`);
      return { ...about, state: 'ok', message: `The default backend works: ${backend.device}.` };
    } finally {
      backend.dispose();
    }
  } catch (error) {
    return {
      ...about,
      state: 'problem',
      message: `The default backend does not work: ${(error as Error).message}`,
      advice: 'Install KARMA MAS anew; on a processor without SIMD, take the backend "tfjs".',
    };
  }
}

export async function checkSqlite(): Promise<Finding> {
  const about = { check: 'sqlite', title: 'SQLite' } as const;
  try {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(':memory:');
    const row = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
    database.close();
    return { ...about, state: 'ok', message: `SQLite ${row.version} of Node keeps the traces.` };
  } catch (error) {
    return {
      ...about,
      state: 'problem',
      message: `Traces cannot be kept: this Node has no SQLite (${(error as Error).message}).`,
      advice: `Take an official build of Node ${NODE_NEEDED} or newer (https://nodejs.org).`,
    };
  }
}
