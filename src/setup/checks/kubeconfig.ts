/**
 * Checks the kubeconfig: whether it exists, can be read, and contains what it refers to. It contacts nothing, starts no
 * credential plugin, and quotes only names, hosts and programs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { parseDocument } from 'yaml';
import { codeOf } from '../../runs/io-error.ts';
import type { Finding } from './finding.ts';

export interface KubeconfigOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly home?: string;
  /** Contexts that Transfers name. */
  readonly wanted: readonly string[];
}

interface Entry {
  readonly name?: unknown;
  readonly context?: { readonly cluster?: unknown; readonly user?: unknown };
  readonly cluster?: { readonly server?: unknown };
  readonly user?: { readonly exec?: { readonly command?: unknown } };
}

/** All files of KUBECONFIG together. As in kubectl, the first of two entries with the same name wins. */
interface Merged {
  current: string;
  readonly contexts: Map<string, Entry>;
  readonly clusters: Map<string, Entry>;
  readonly users: Map<string, Entry & { readonly folder: string }>;
}

const ABOUT = { check: 'kubeconfig', title: 'Kubernetes' } as const;
const NOT_NEEDED = 'Only a transfer to a real cluster needs one.';

export function checkKubeconfig({ env, home = homedir(), wanted }: KubeconfigOptions): Finding[] {
  const told = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const paths = told.length > 0 ? told : [join(home, '.kube', 'config')];
  const present = paths.filter((path) => existsSync(path));
  if (present.length === 0) {
    const message = `There is no kubeconfig (${paths.join(', ')}). ${NOT_NEEDED}`;
    if (told.length === 0) return [{ ...ABOUT, state: 'ok', message }];
    return [
      { ...ABOUT, state: 'warning', message, advice: 'Correct the environment variable KUBECONFIG, or unset it.' },
    ];
  }
  const merged: Merged = { current: '', contexts: new Map(), clusters: new Map(), users: new Map() };
  const problems = present.flatMap((path) => read(path, merged));
  if (problems.length > 0) return problems;
  return [...currentContext(merged, present, env), ...wanted.flatMap((name) => wantedContext(merged, name))];
}

/** Adds a file to the others and returns its problems. */
function read(path: string, merged: Merged): Finding[] {
  const broken = (what: string, advice: string): Finding[] => [
    { ...ABOUT, state: 'problem', message: `${path} ${what}`, advice },
  ];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return broken(`cannot be read (${codeOf(error)}).`, 'Check its permissions: it must be a file that you may read.');
  }
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error) {
    // The parser's message quotes the text, which may contain a token.
    const line = error.linePos?.[0].line;
    return broken(
      `is not YAML${line === undefined ? '' : `: line ${line}`} (${error.code}).`,
      'Correct that line, or get the file anew.',
    );
  }
  const content: unknown = document.toJS();
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return broken('is no kubeconfig: it holds no object.', 'Get the file anew.');
  const config = content as Record<string, unknown>;
  if (merged.current === '' && typeof config['current-context'] === 'string')
    merged.current = config['current-context'];
  for (const kind of ['contexts', 'clusters', 'users'] as const)
    for (const entry of entriesOf(config[kind]))
      if (typeof entry.name === 'string' && !merged[kind].has(entry.name))
        merged[kind].set(entry.name, { ...entry, folder: dirname(path) });
  return [];
}

function entriesOf(list: unknown): Entry[] {
  return Array.isArray(list) ? list.filter((entry): entry is Entry => typeof entry === 'object' && entry !== null) : [];
}

function currentContext(merged: Merged, paths: readonly string[], env: NodeJS.ProcessEnv): Finding[] {
  const where = `${paths.join(', ')}: ${merged.contexts.size} ${merged.contexts.size === 1 ? 'context' : 'contexts'}`;
  if (merged.current === '')
    return [{ ...ABOUT, state: 'ok', message: `${where}, none of them the current one. ${NOT_NEEDED}` }];
  const problem = (message: string, advice: string): Finding[] => [{ ...ABOUT, state: 'problem', message, advice }];
  const context = merged.contexts.get(merged.current);
  if (!context)
    return problem(
      `The current context "${merged.current}" is not in ${paths.join(', ')}.`,
      'Choose one that is there: kubectl config use-context.',
    );
  const cluster = merged.clusters.get(String(context.context?.cluster));
  const user = merged.users.get(String(context.context?.user));
  if (!cluster || !user)
    return problem(
      `The current context "${merged.current}" names a ${cluster ? 'user' : 'cluster'} that is not in ${paths.join(', ')}.`,
      'Get the credentials of that cluster anew.',
    );
  const message = `${where}, the current one "${merged.current}" (${hostOf(cluster.cluster?.server)}). It was not contacted.`;
  const plugin = user.user?.exec?.command;
  if (typeof plugin !== 'string') return [{ ...ABOUT, state: 'ok', message }];
  if (isProgram(plugin, user.folder, env))
    return [{ ...ABOUT, state: 'ok', message: `${message} Credentials come from ${plugin}, which is there.` }];
  return problem(
    `The current context "${merged.current}" gets its credentials from the program ${plugin}, which is not on PATH.`,
    `Install ${plugin}, or add its folder to PATH; then start this program (VS Code) anew.`,
  );
}

function wantedContext(merged: Merged, name: string): Finding[] {
  if (merged.contexts.has(name)) return [];
  const message = `A Transfer names the context "${name}", which the kubeconfig does not have. ${NOT_NEEDED}`;
  return [{ ...ABOUT, state: 'ok', message }];
}

/** Leaves out the user and the password that an address may contain. */
function hostOf(server: unknown): string {
  try {
    return new URL(String(server)).host;
  } catch {
    return 'no address';
  }
}

/** A command without a folder is looked up in PATH. A relative path starts at the kubeconfig. */
function isProgram(command: string, folder: string, env: NodeJS.ProcessEnv): boolean {
  if (isAbsolute(command)) return existsSync(command);
  if (/[\\/]/.test(command)) return existsSync(join(folder, command));
  const endings = process.platform === 'win32' ? ['', ...(env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter);
  return folders.some((place) => endings.some((ending) => existsSync(join(place, command + ending))));
}
