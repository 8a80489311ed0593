/** What this machine says about NVIDIA GPUs, without TensorFlow. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

export interface Nvidia {
  /** Names, by the driver's own tool. */
  readonly gpus: readonly string[];
  readonly driver?: string;
  /** The system shows the device, whether or not the driver answers. */
  readonly hasDevice: boolean;
}

const TIMEOUT = 10_000;
/** Of the driver on Linux, and of the bridge to Windows' driver in WSL. */
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

/** Whether a GPU of NVIDIA's seems to be there at all. */
export function seemsToHaveGpu({ gpus, hasDevice }: Nvidia): boolean {
  return gpus.length > 0 || hasDevice;
}
