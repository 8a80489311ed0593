/**
 * What hosts know beside the specifications. Everything may be unknown: the features then say less, but never wait, read or
 * connect.
 */
import type { ObservationHistory } from '../spec/observation.ts';

export interface HostKnowledge {
  /** CSV files below the specification folder, relative to it, with '/'. */
  readonly dataFiles?: readonly string[];
  /** Contexts of the kubeconfig. */
  readonly contexts?: readonly string[];
  /** Namespaces of the selected context. */
  readonly namespaces?: readonly string[];
  /** Deployments of the selected namespace. */
  readonly deployments?: readonly string[];
  /** A recent state of a cluster, to show what rules say of it; environment 0 counts. */
  sampleState?(cluster: string): SampleState | undefined;
  /** The last finished run of a training, in words for one line, such as 'J 0.87 (seed 3), 12 min ago'. */
  lastResult?(training: string): LastResult | undefined;
  /** Roles of the newest analysis, as documents of the specification language. */
  readonly inferredRoles?: readonly InferredRole[];
}

export interface SampleState {
  /** Where it comes from, for people: 'the emulator, 10 minutes into scenario ddos'. */
  readonly from: string;
  readonly history: ObservationHistory;
}

export interface LastResult {
  readonly text: string;
  /** Directory of its run, an argument of the commands that show it. */
  readonly directory: string;
}

export interface InferredRole {
  readonly name: string;
  /** A sentence about where it comes from. */
  readonly about: string;
  /** One YAML document, without '---'. */
  readonly yaml: string;
}
