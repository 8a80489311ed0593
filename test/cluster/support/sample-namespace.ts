/** A separate namespace for a test, with the sample workload (INPUT -> a -> {b, c} -> d), its HPAs and a load. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { eventually, kubectl, kubectlJson, tryKubectl } from './kubectl.ts';

export const SERVICES = ['a', 'b', 'c', 'd'] as const;

export interface HpaObject {
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: {
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly behavior?: Record<'scaleUp' | 'scaleDown', { readonly selectPolicy?: string } | undefined>;
  };
}

interface List<T> {
  readonly items: readonly T[];
}

interface Deployment {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly replicas: number };
  readonly status?: { readonly replicas?: number; readonly availableReplicas?: number };
}

/** What a transfer may change and must restore. */
export interface Found {
  /** JSON of the spec, by HPA. */
  readonly hpas: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, unknown>>;
}

const manifest = (name: string): string => readFileSync(join(import.meta.dirname, '../manifests', name), 'utf8');

export class SampleNamespace {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Resolves when its pods are ready. */
  static async create(name: string, { hpas = true }: { readonly hpas?: boolean } = {}): Promise<SampleNamespace> {
    const namespace = new SampleNamespace(name);
    kubectl(['delete', 'namespace', name, '--ignore-not-found']);
    kubectl(['create', 'namespace', name]);
    if (hpas) namespace.apply(manifest('hpa.yaml'));
    await namespace.deploy();
    return namespace;
  }

  /** Creates what is missing of the workload. Resolves when its pods are ready. */
  async deploy(): Promise<void> {
    this.apply(manifest('chained.yaml'));
    await eventually(`the pods of ${this.name} are ready`, () =>
      this.deployments().every(({ status }) => (status?.availableReplicas ?? 0) > 0),
    );
  }

  apply(yaml: string): void {
    this.kubectl(['apply', '-f', '-'], yaml);
  }

  kubectl(args: readonly string[], input?: string): string {
    return kubectl(['-n', this.name, ...args], input === undefined ? {} : { input });
  }

  /** Replaces the load. `steps` such as `20:30s,200:3m`: requests/s and how long they last. */
  load(steps: string): void {
    this.kubectl(['delete', 'job', 'load', '--ignore-not-found']);
    this.apply(manifest('load.yaml').replace('20:30s,200:3m,20:1m', steps));
  }

  deployments(): readonly Deployment[] {
    return kubectlJson<List<Deployment>>('-n', this.name, 'get', 'deployments').items;
  }

  replicas(): Record<string, number> {
    return Object.fromEntries(this.deployments().map(({ metadata, spec }) => [metadata.name, spec.replicas]));
  }

  hpas(): readonly HpaObject[] {
    return kubectlJson<List<HpaObject>>('-n', this.name, 'get', 'hpa').items;
  }

  hpa(name: string): HpaObject {
    return kubectlJson<HpaObject>('-n', this.name, 'get', 'hpa', name);
  }

  isPaused(name: string): boolean {
    const { behavior } = this.hpa(name).spec;
    return behavior?.scaleUp?.selectPolicy === 'Disabled' && behavior.scaleDown?.selectPolicy === 'Disabled';
  }

  paused(): string[] {
    return SERVICES.filter((name) => this.isPaused(name));
  }

  /** Returns the current HPAs, for a later call of `isAsFound`. */
  found(): Found {
    const hpas = this.hpas();
    return {
      hpas: Object.fromEntries(hpas.map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec)])),
      annotations: Object.fromEntries(hpas.map(({ metadata }) => [metadata.name, ours(metadata.annotations ?? {})])),
    };
  }

  isAsFound(before: Found): boolean {
    return isDeepStrictEqual(this.found(), before);
  }

  /** Returns the reasons of the events on a Deployment. */
  eventReasons(deployment: string): string[] {
    const selector = `involvedObject.kind=Deployment,involvedObject.name=${deployment}`;
    const args = ['-n', this.name, 'get', 'events', '--field-selector', selector];
    return kubectlJson<List<{ readonly reason: string }>>(...args).items.map(({ reason }) => reason);
  }

  remove(): void {
    tryKubectl(['delete', 'namespace', this.name, '--wait=false']);
  }
}

/** Our annotations only: the autoscaler keeps its own notes in annotations of autoscaling/v1. */
const ours = (annotations: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(annotations).filter(([name]) => name.includes('karma')));
