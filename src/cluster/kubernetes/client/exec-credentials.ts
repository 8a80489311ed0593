/**
 * Credentials from a program (client.authentication.k8s.io). It starts without a terminal, is killed with all its children
 * when it takes too long, and is asked again when its credentials expire or the server refuses them.
 */
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { ClusterError } from '../../live/live-cluster.ts';
import type { Timers } from '../../live/timers.ts';
import type { Secrets } from './secrets.ts';

/** The `user.exec` of a kubeconfig. */
export interface ExecConfig {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always';
}

export interface ExecCluster {
  readonly server: string;
  readonly 'tls-server-name'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'certificate-authority-data'?: string;
}

export interface Credential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  /** Milliseconds since the epoch, or Infinity if the program gives no time. */
  readonly expires: number;
}

export interface ExecOptions {
  readonly context: string;
  readonly cluster: ExecCluster;
  readonly secrets: Secrets;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly timers: Timers;
  /** Milliseconds. */
  readonly timeout: number;
}

const LARGEST_OUTPUT = 1 << 20;
/** New credentials are requested this many milliseconds before the old ones expire. */
const EARLY = 10_000;

export class ExecCredentials {
  readonly #config: ExecConfig;
  readonly #options: ExecOptions;
  #credential: Credential | undefined;
  #asking: Promise<Credential> | undefined;

  constructor(config: ExecConfig, options: ExecOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** Rejects with a ClusterError that says what the program did. Simultaneous callers share one run of it. */
  async get(): Promise<Credential> {
    if (this.#credential && this.#credential.expires - EARLY > this.#options.now()) return this.#credential;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return (this.#credential = await this.#asking);
  }

  /** Drops credentials that the server refused, so that the next `get` asks the program. */
  forget(): void {
    this.#credential = undefined;
  }

  async #ask(): Promise<Credential> {
    const { context, secrets } = this.#options;
    const program = basename(this.#config.command ?? '');
    const fail = (what: string): never => {
      throw new ClusterError('forbidden', secrets.scrub(`Context ${context} takes its credentials from ${what}`));
    };
    if (program === '') fail('a program that it does not name (users[].user.exec.command).');
    if (this.#config.interactiveMode === 'Always')
      fail(`${program}, which needs a terminal: log in there once, or set interactiveMode to IfAvailable.`);
    const { stdout, stderr, code, error, timedOut } = await this.#run();
    if (timedOut)
      fail(`${program}, which did not answer within ${this.#options.timeout / 1000} s and was ended: run it by hand.`);
    if (error?.code === 'ENOENT') {
      const hint = this.#config.installHint?.trim().split('\n')[0] ?? '';
      fail(`${program}, which is not installed.${hint === '' ? '' : ` ${hint}`}`);
    }
    if (error) fail(`${program}, which cannot be started (${error.code ?? error.message}).`);
    if (code !== 0) {
      const said = stderr.trim().split('\n').pop() ?? '';
      fail(`${program}, which ended with ${code}${said === '' ? '' : `: ${said}`}. Log in again.`);
    }
    return this.#parse(stdout) ?? fail(`${program}, whose answer is no ExecCredential: run it by hand.`);
  }

  #parse(text: string): Credential | undefined {
    try {
      const { status } = JSON.parse(text) as { status?: Record<string, string | undefined> };
      if (!status) return undefined;
      const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status;
      this.#options.secrets.add(token, clientKeyData);
      const expires = expirationTimestamp === undefined ? Infinity : Date.parse(expirationTimestamp);
      if (!token && !(clientCertificateData && clientKeyData)) return undefined;
      return {
        ...(token ? { token } : {}),
        ...(clientCertificateData && clientKeyData ? { clientCertificateData, clientKeyData } : {}),
        expires: Number.isNaN(expires) ? Infinity : expires,
      };
    } catch {
      return undefined;
    }
  }

  #run(): Promise<{
    stdout: string;
    stderr: string;
    code: number | null;
    error?: NodeJS.ErrnoException;
    timedOut: boolean;
  }> {
    const { command, args, env: extra, apiVersion, provideClusterInfo } = this.#config;
    const { env, cluster, timers, timeout } = this.#options;
    const info = {
      apiVersion: apiVersion ?? 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, ...(provideClusterInfo ? { cluster } : {}) },
    };
    return new Promise((resolve) => {
      // The program gets its own process group, so that its child processes can be killed with it.
      const child = spawn(command, [...(args ?? [])], {
        env: {
          ...env,
          ...Object.fromEntries((extra ?? []).map(({ name, value }) => [name, value])),
          KUBERNETES_EXEC_INFO: JSON.stringify(info),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
      let stdout = '';
      let stderr = '';
      let timedOut = false;
      const kill = () => {
        try {
          if (process.platform === 'win32' || child.pid === undefined) child.kill('SIGKILL');
          else process.kill(-child.pid, 'SIGKILL');
        } catch {
          // The program has already ended.
        }
      };
      const cancel = timers.after(timeout / 1000, () => {
        timedOut = true;
        kill();
        // A child process may have left the group and keep the pipes open.
        done(null);
      });
      const done = (code: number | null, error?: NodeJS.ErrnoException) => {
        cancel();
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ stdout, stderr, code, timedOut, ...(error ? { error } : {}) });
      };
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (stdout.length > LARGEST_OUTPUT) kill();
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4096)));
      child.on('error', (error) => done(null, error));
      child.on('close', (code) => done(code));
    });
  }
}
