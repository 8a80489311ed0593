/** Finds out what this machine reports about NVIDIA GPUs, without TensorFlow. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

export interface Nvidia {
  /** Names from the driver's own tool. */
  readonly gpus: readonly string[];
  readonly driver?: string;
  /** Whether the system shows the device, even if the driver does not answer. */
  readonly hasDevice: boolean;
}

const TIMEOUT = 10_000;
/** Devices of the driver on Linux, and of the bridge to the Windows driver in WSL. */
const DEVICES = ['/dev/nvidia0', '/dev/nvidiactl', '/dev/dxg'];

export async function askNvidia(env: NodeJS.ProcessEnv): Promise<Nvidia> {
  const hasDevice = DEVICES.some((device) => existsSync(device));
  try {
    const query = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { env, timeout: TIMEOUT, windowsHide: true });
    const rows = stdout.split('\n').flatMap((line) => (line.includes(',') ? [line.split(',')] : []));
    const driver = rows[0]?.[1].trim();
    return { gpus: rows.map(([name]) => name.trim()), hasDevice, ...(driver ? { driver } : {}) };
  } catch {
    return { gpus: [], hasDevice };
  }
}

/** Tells whether there seems to be an NVIDIA GPU at all. */
export function seemsToHaveGpu({ gpus, hasDevice }: Nvidia): boolean {
  return gpus.length > 0 || hasDevice;
}
