import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process of this machine, as /proc tells of it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** None where it is just ending. */
  readonly args: readonly string[];
  /** Of its program: 'sh', 'node'. */
  readonly name: string;
}

/** Those that the kernel shows; one that ends meanwhile is left out. */
export function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processOf(Number(name)))
    .filter((process) => process !== undefined);
}

/** The children of a process, theirs, and so on. */
export function descendants(pid: number, all: readonly Process[] = processes()): Process[] {
  const children = all.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...descendants(child.pid, all)]);
}

/** The children of a process: cheaper than `processes`, for looks in short intervals. */
export function childrenOf(pid: number): Process[] {
  const threads = readFolder(`/proc/${pid}/task`);
  const pids = threads.flatMap((thread) => readText(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean));
  return pids.map((child) => processOf(Number(child))).filter((process) => process !== undefined);
}

/** The process in which a server runs the extensions; undefined while there is none. */
export function extensionHost(serverPid: number): Process | undefined {
  return descendants(serverPid).find(({ args }) => args.includes('--type=extensionHost'));
}

/** The background processes that do jobs of a project: they belong to no server. */
export function runners(folder: string): Process[] {
  return runnerProcesses(folder).filter(({ args }) => !args.includes('seed'));
}

/** Those, and the processes in which they train seeds. */
export function runnerProcesses(folder: string): Process[] {
  return processes().filter(
    ({ args }) => args.some((arg) => arg.endsWith('runner.mjs')) && args.some((arg) => arg.includes(folder)),
  );
}

export function kill(process: Process): void {
  globalThis.process.kill(process.pid, 'SIGKILL');
}

/** An end of a TCP or UDP connection that a process holds. */
export interface Socket {
  readonly local: string;
  readonly remote: string;
  readonly kind: string;
}

/** The internet sockets (not those of the file system) that a process holds now, listening or connected. */
export function sockets(pid: number): Socket[] {
  const held = new Set(openFiles(pid).map((file) => /^socket:\[(\d+)\]$/.exec(file)?.[1]));
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
    readText(`/proc/${pid}/net/${kind}`)
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields.length > 9 && held.has(fields[9]))
      .map((fields) => ({ kind, local: address(fields[1]), remote: address(fields[2]) })),
  );
}

function processOf(pid: number): Process | undefined {
  const fields = statFields(pid);
  if (!fields || fields[0] === 'Z') return undefined;
  const args = readText(`/proc/${pid}/cmdline`).split('\0').filter(Boolean);
  return { pid, parent: Number(fields[1]), args, name: readText(`/proc/${pid}/comm`).trim() };
}

/** The fields of /proc/<pid>/stat after the name, which may hold blanks: state, parent, ... */
function statFields(pid: number): string[] | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function openFiles(pid: number): string[] {
  return readFolder(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
}

function readFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** 0100007F:1F90 -> 127.0.0.1:8080 */
function address(hex: string): string {
  const [host, port] = hex.split(':');
  const words = host.match(/.{8}/g)!.map((word) => Buffer.from(word, 'hex').reverse());
  const bytes = Buffer.concat(words);
  const mapped = bytes.length === 16 && bytes.subarray(0, 12).toString('hex') === '00000000000000000000ffff';
  const shown = bytes.length === 4 || mapped ? [...bytes.subarray(-4)].join('.') : bytes.toString('hex');
  return `${shown}:${parseInt(port, 16)}`;
}
