/** Whole objects to start from: each is sound as it stands, with the names that the folder has. */
import { API_VERSION, KINDS, type Kind } from '../../spec/schema/validators.ts';
import type { FolderNames } from '../names/folder-names.ts';
import { servicesOf } from '../names/folder-names.ts';
import { documentPart } from '../schema/part.ts';
import { mapsAt, textAt } from '../../spec/text/outline/lookup.ts';
import type { Offer } from './completion.ts';

/** One offer per kind; `before` stands in front of each. */
export function objectOffers(names: FolderNames, before = ''): Offer[] {
  return KINDS.map((kind) => ({
    label: `${kind} (whole object)`,
    filterText: `${kind} ${kind.toLowerCase()} apiVersion kind new`,
    kind: 'snippet',
    detail: `New ${kind}`,
    documentation: `${documentPart(kind).description ?? ''}`,
    text: before + objectSnippet(kind, names),
    snippet: true,
  }));
}

/** The snippet of an object of a kind; `name` is proposed for it. */
export function objectSnippet(kind: Kind, names: FolderNames, name = freeName(kind, names)): string {
  const head = `apiVersion: ${API_VERSION}\nkind: ${kind}\nmetadata: { name: \${1:${name}} }\nspec:\n`;
  return `${head}${BODIES[kind](names)}\n`;
}

/** `new-role`, or the first of `new-role-2`, ... that is free. */
export function freeName(kind: Kind, names: FolderNames, wish = `new-${kind.toLowerCase()}`): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wish : `${wish}-${count}`;
    if (!names.object(kind, name)) return name;
  }
}

const choice = (stop: number, found: readonly string[], otherwise: string): string =>
  found.length > 1 && found.length <= 12 ? `\${${stop}|${found.join(',')}|}` : `\${${stop}:${found[0] ?? otherwise}}`;

const namesOfKind = (kind: Kind, names: FolderNames): string[] => names.ofKind(kind).flatMap(({ name }) => name ?? []);

function entryPoints(names: FolderNames): string[] {
  return names.ofKind('Cluster').flatMap(({ document }) =>
    mapsAt(document.root, ['spec', 'services'])
      .filter((service) => textAt(service, ['entryPoint']) === 'true')
      .flatMap((service) => textAt(service, ['name']) ?? []),
  );
}

const services = (names: FolderNames): string[] => names.ofKind('Cluster').flatMap(servicesOf);

const BODIES: Readonly<Record<Kind, (names: FolderNames) => string>> = {
  Cluster: () => `  decisionInterval: \${2|15s,30s,60s|}
  nodes: { cpu: \${3:1500m}, memory: \${4:8Gi} }
  services:
    - name: \${5:frontend}
      entryPoint: true
      priority: \${6|critical,normal,low|}
      replicas: { min: \${7:1}, max: \${8:5} }
      resources: { requests: { cpu: \${9:500m}, memory: \${10:256Mi} } }
      emulator: { throughput: \${11:100} }
  objectives:
    maxLatency: \${12:500ms}`,
  Role: () => `  description: \${2:What an agent in this role does.}
  settings: { \${3:pending}: \${4:5} }
  rules:
    - when: service.pending > settings.\${3:pending}
      allow: { scale: [\${5:1}] }
  otherwise: \${6|hold,free|}`,
  Mission: () => `  description: \${2:What the mission wants.}
  goals:
    - name: \${3:short-queues}
      reward: \${4:-services.map(s, s.pending).sum()}
      range: [\${5:-400}, \${6:0}]
      satisfiedWhen: \${7:services.all(s, s.pending < 10)}`,
  Organization: (names) => {
    const role = namesOfKind('Role', names);
    return `  cluster: ${choice(2, namesOfKind('Cluster', names), 'chained-services')}
  structural:
    groups:
      - name: \${3:team}
        roles:
          - { role: \${4:${role[0] ?? 'bottleneck-manager'}}, cardinality: { min: \${5:1}, max: \${6:1} } }
  functional:
    missions: [${namesOfKind('Mission', names).length > 0 ? choice(7, namesOfKind('Mission', names), '') : '$7'}]
  agents:
    - { name: \${8:first}, role: \${4:${role[0] ?? 'bottleneck-manager'}} }`;
  },
  Scenario: (names) => `  description: \${2:What happens.}
  duration: \${3:1h}
  load:
    - entryPoint: ${choice(4, entryPoints(names), 'a')}
      profile: { type: sine, mean: \${5:60%}, amplitude: \${6:15%}, period: \${7:30m} }
  events:
    - { at: \${8:10m}, for: \${9:5m}, attack: { entryPoint: ${choice(10, entryPoints(names), 'a')}, rate: \${11:4} } }`,
  Training: (names) => `  organization: ${choice(2, namesOfKind('Organization', names), 'resilience-team')}
  preset: \${3|recipe,published|}
  twin: { kind: \${4|calibrated,emulator,recorded-then-mlp|} }
  scenarios: [${choice(5, namesOfKind('Scenario', names), 'real-load')}]
  budget: { steps: \${6:1000000} }
  seeds: [\${7:1, 2, 3, 4, 5}]`,
  Transfer: (names) => `  training: ${choice(2, namesOfKind('Training', names), 'default')}
  target: { context: \${3:kind-karma} }
  stages:
    - shadow: { for: \${4:10m} }
    - floor: { for: \${5:10m}, abortWhen: \${6:cluster.successRate < 0.6} }
    - canary: { services: [${choice(7, services(names), 'b')}], for: \${8:15m}, abortWhen: \${6:cluster.successRate < 0.6} }
    - full: { abortWhen: \${6:cluster.successRate < 0.6} }`,
};
