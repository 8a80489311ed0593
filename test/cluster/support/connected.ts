/** Connects the code under test through a proxy to a sample namespace of its own, with an account that may do everything there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCluster } from '../../../src/cluster/kubernetes/connect.ts';
import { systemTimers } from '../../../src/jobs/running/system-timers.ts';
import type { KubernetesCluster } from '../../../src/cluster/kubernetes/kubernetes-cluster.ts';
import type { Cluster } from '../../../src/spec/model.ts';
import { ALL_RIGHTS, createAccount, writeKubeconfig, type Account } from './accounts.ts';
import { ApiProxy } from './api-proxy.ts';
import { SampleNamespace } from './sample-namespace.ts';
import { clusterSpec, clusterYaml } from './sample-project.ts';

/** Never aborts. */
export const { signal } = new AbortController();

export class Connected {
  readonly namespace: SampleNamespace;
  readonly proxy: ApiProxy;
  readonly account: Account;
  readonly spec: Cluster;
  /** A temporary folder for files of the test. */
  readonly folder: string;
  readonly kubeconfig: string;
  readonly #open: KubernetesCluster[] = [];

  private constructor(namespace: SampleNamespace, proxy: ApiProxy) {
    this.namespace = namespace;
    this.proxy = proxy;
    this.account = createAccount(namespace.name, 'operator', ALL_RIGHTS);
    this.spec = clusterSpec(clusterYaml(namespace.name));
    this.folder = mkdtempSync(join(tmpdir(), `karma-${namespace.name}-`));
    this.kubeconfig = this.configFor('kubeconfig', { token: this.account.token });
  }

  static async start(name: string): Promise<Connected> {
    return new Connected(await SampleNamespace.create(name), await ApiProxy.start());
  }

  /** Writes a kubeconfig for `user` that leads through the proxy. */
  configFor(file: string, user: object): string {
    const { name: namespace } = this.namespace;
    const context = { name: 'test', namespace, server: this.proxy.url, user };
    return writeKubeconfig(join(this.folder, file), [context]);
  }

  /** Opens a connection that `stop` closes. */
  async connect(kubeconfig = this.kubeconfig, spec = this.spec): Promise<KubernetesCluster> {
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    const cluster = await connectCluster(spec, { env, now: Date.now, timers: systemTimers, context: '' });
    this.#open.push(cluster);
    return cluster;
  }

  async stop(): Promise<void> {
    for (const cluster of this.#open) await cluster.close();
    await this.proxy.close();
    this.namespace.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
