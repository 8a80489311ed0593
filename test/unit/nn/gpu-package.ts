/** The real @tensorflow/tfjs-node-gpu, installed once per machine into a cache folder (test/tfjs-node/install.sh). */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../tfjs-node/install.sh', import.meta.url));

/** The folder that holds the package. The first call downloads some 200 MB; it throws with what the script said if that fails. */
export async function installGpuPackage(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('bash', [script], { timeout: 580_000, maxBuffer: 1 << 24 });
    return stdout.trim().split('\n').at(-1)!;
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string };
    throw new Error(`@tensorflow/tfjs-node-gpu could not be installed: ${message}\n${stderr ?? ''}`, { cause: error });
  }
}
