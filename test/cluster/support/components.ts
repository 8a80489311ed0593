/** Suspends the cluster's own processes, which up.sh started, or ends them and starts them again. */
import { spawn } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, node, runFolder, tryKubectl } from './kubectl.ts';

export type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'prometheus' | 'kubelet';

const pidFile = (name: Component): string => join(runFolder, 'pids', name);
const pidOf = (name: Component): number => Number(readFileSync(pidFile(name), 'utf8'));

/** Suspends a component until `goOn`: connections stay open, but nothing is answered. */
export const standStill = (name: Component): void => void process.kill(pidOf(name), 'SIGSTOP');
export const goOn = (name: Component): void => void process.kill(pidOf(name), 'SIGCONT');

/** Ends a component and returns a function that starts it again as it was. */
export async function end(name: Component): Promise<() => Promise<void>> {
  const pid = pidOf(name);
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const environment = Object.fromEntries(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  process.kill(pid, 'SIGKILL');
  await eventually(`${name} has ended`, () => !isAlive(pid));
  return async () => {
    const log = openSync(join(runFolder, 'logs', `${name}.log`), 'a');
    const child = spawn('nsenter', [`--net=/run/netns/${node}`, '--', ...command], {
      env: environment,
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    writeFileSync(pidFile(name), `${child.pid}\n`);
    await eventually('the API server is ready', () => tryKubectl(['get', '--raw', '/readyz']).status === 0);
  };
}

function isAlive(pid: number): boolean {
  try {
    // A zombie that its parent has not waited for yet is not alive.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
