/** Built controllers of a cluster, run here as processes: writes their configuration and reads their output. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packFile } from '../../../src/operating/controller/packed-files.ts';
import { POLICIES_FILE } from '../../../src/operating/controller/configuration.ts';
import { packPolicies, type Policies } from '../../../src/deciding/policy.ts';
import { ensureBuilt } from '../../../tools/build-once.ts';
import { clusterYaml, onTestCluster } from './sample-project.ts';

const program = join(ensureBuilt(), 'controller.mjs');
const sample = join(import.meta.dirname, '../../../examples/chained-services');

/** Writes the specs and policies that ConfigMaps mount. The ladder has only `stages`, each as short as possible. */
export function writeConfiguration(
  folder: string,
  namespace: string,
  stages: readonly string[],
  policies: Policies,
): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cluster.karma.yaml'), clusterYaml(namespace));
  for (const name of readdirSync(sample).filter(
    (each) => each.endsWith('.karma.yaml') && each !== 'cluster.karma.yaml',
  ))
    writeFileSync(
      join(folder, name),
      onTestCluster(readFileSync(join(sample, name), 'utf8'), namespace, '15s', stages),
    );
  for (const [key, bytes] of packFile(POLICIES_FILE, packPolicies(policies))) writeFileSync(join(folder, key), bytes);
  return folder;
}

export interface Said {
  readonly type: string;
  readonly event?: string;
  readonly stage?: string;
  readonly message?: string;
  readonly dryRun?: boolean;
  readonly result?: string;
  readonly services?: readonly string[];
  /** Only of a decision. */
  readonly outcome?: string;
  readonly why?: string;
}

export class ControllerProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  #text = '';

  /** `more.port`: the port of /metrics. */
  constructor(
    configuration: string,
    stage: string,
    kubeconfig: string,
    identity: string,
    more: { readonly port?: number; readonly env?: Record<string, string> } = {},
  ) {
    const options = [
      '--transfer',
      'production',
      '--config',
      configuration,
      '--stage',
      stage,
      '--context',
      'test',
      '--port',
      String(more.port ?? 0),
      '--identity',
      identity,
    ];
    this.child = spawn(process.execPath, [program, ...options], {
      env: { ...process.env, ...more.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.#text += text));
    this.ended = new Promise((done) => this.child.on('close', done));
  }

  /** The records that the controller has written so far. */
  said(): Said[] {
    return this.#text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Said);
  }

  get text(): string {
    return this.#text;
  }

  /** The latest decisions and their reasons, for the message of a wait that fails. */
  lastDecisions(): string {
    return this.said()
      .filter(({ type }) => type === 'decision')
      .slice(-8)
      .map(({ stage, outcome, why }) => `${stage}: ${outcome} (${why})`)
      .join('\n');
  }

  has(wanted: Partial<Said>): boolean {
    return this.said().some((said) =>
      Object.entries(wanted).every(([key, value]) => said[key as keyof Said] === value),
    );
  }

  /** Whether the controller believes that it holds the lease. */
  get leads(): boolean {
    const last = this.said().findLast(({ type, event }) => type === 'lease' && /held|lost|released/.test(event ?? ''));
    return last?.event === 'held';
  }

  async kill(): Promise<void> {
    this.child.kill('SIGCONT');
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
