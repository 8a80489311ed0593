/** From objects that met their schemas to one model: names, references, and everything that spans several objects. */
import type { CheckedExpressions } from '../cel/check.ts';
import type { Cluster, Model } from '../model.ts';
import type { Kind } from '../schema/validators.ts';
import type { SourceObject } from '../source-object.ts';
import { Context, type Declared } from './context.ts';
import { resolveCluster, type ClusterSpec } from './cluster.ts';
import { resolveMission, type MissionSpec } from './mission.ts';
import { resolveOrganization, type OrganizationSpec } from './organization.ts';
import { checkRolesOnClusters, clustersOfRole, resolveRoles, type RoleSpec } from './role.ts';
import { checkScenarioOnCluster, resolveScenarios, type ScenarioSpec } from './scenario.ts';
import { resolveTraining, type TrainingSpec } from './training.ts';
import { resolveTransfer, type TransferSpec } from './transfer.ts';

export interface Entry {
  readonly object: SourceObject;
  /** In the shape of its kind's schema, with defaults; undefined where the text does not meet it. */
  readonly spec: unknown;
}

interface Specs {
  Cluster: ClusterSpec;
  Role: RoleSpec;
  Mission: MissionSpec;
  Organization: OrganizationSpec;
  Scenario: ScenarioSpec;
  Training: TrainingSpec;
  Transfer: TransferSpec;
}

export interface ResolveOptions {
  readonly incomplete: boolean;
  readonly exists: (path: string) => boolean;
  readonly expressions: CheckedExpressions;
}

/** Problems go to those of the entries' objects. */
export function resolveModel(entries: readonly Entry[], options: ResolveOptions): Model {
  const context = new Context(options);
  const first = reportDuplicates(entries);
  for (const { object } of entries) context.declare(object.kind, object.name);

  const byKind = Map.groupBy(first, ({ object }) => object.kind);
  const of = <K extends Kind>(kind: K): Declared<Specs[K]>[] =>
    (byKind.get(kind) ?? []).flatMap(({ object, spec }) =>
      spec === undefined ? [] : { object, spec: spec as Specs[K] },
    );

  const clusters = of('Cluster').map(resolveCluster);
  const roles = resolveRoles(of('Role'), context);
  const missions = of('Mission').map((entry) => resolveMission(entry, context));
  const organizations = of('Organization').map((entry) => resolveOrganization(entry, context, clusters));
  const scenarios = resolveScenarios(of('Scenario'), context);
  const trainings = of('Training').map((entry) =>
    resolveTraining(entry, context, { organizations, clusters, roles, scenarios }),
  );
  const transfers = of('Transfer').map((entry) =>
    resolveTransfer(entry, context, { trainings, organizations, clusters }),
  );
  const model: Model = { clusters, roles, missions, organizations, scenarios, trainings, transfers };
  checkRolesOnClusters(of('Role'), (role) => clustersOfRole(role, organizations, clusters));
  const played = clustersByScenario(model);
  for (const scenario of of('Scenario')) {
    for (const cluster of played.get(scenario.object.name) ?? onlyCluster(clusters))
      checkScenarioOnCluster(scenario, cluster);
  }
  return model;
}

/** Reports each of several objects of one kind and name; gives the first of each. */
function reportDuplicates(entries: readonly Entry[]): Entry[] {
  const byName = Map.groupBy(entries, ({ object }) => `${object.kind}/${object.name}`);
  for (const same of byName.values()) {
    for (const { object } of same) {
      const other = same.find((entry) => entry.object !== object)?.object;
      if (!other) continue;
      const { file, line } = other.origin;
      const message = `There is another ${object.kind} ${object.name}, at ${file}:${line}. Rename one of them.`;
      object.report(['metadata', 'name'], 'duplicate-name', message, {
        related: [other.place(['metadata', 'name'], 'The other one.')],
      });
    }
  }
  return [...byName.values()].map((same) => same[0]);
}

/** Clusters on which each scenario is trained, in their order. */
function clustersByScenario({ trainings, organizations, clusters }: Model): ReadonlyMap<string, readonly Cluster[]> {
  const clusterOf = new Map(organizations.map(({ name, cluster }) => [name, cluster] as const));
  const names = new Map<string, Set<string>>();
  for (const { scenarios, organization } of trainings) {
    const cluster = clusterOf.get(organization);
    if (cluster === undefined) continue;
    for (const scenario of scenarios) names.set(scenario, (names.get(scenario) ?? new Set()).add(cluster));
  }
  return new Map(
    [...names].map(([scenario, some]) => [scenario, clusters.filter(({ name }) => some.has(name))] as const),
  );
}

/** The cluster of a scenario that no training plays: it is only certain where there is a single cluster. */
const onlyCluster = (clusters: readonly Cluster[]): readonly Cluster[] => (clusters.length === 1 ? clusters : []);
