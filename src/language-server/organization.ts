/** What the Organization view shows of a project: the graph with its places in the text, and what guides say of a state. */
import type { SampleProvider } from '../language/diagnostics/diagnose.ts';
import { evaluateGuides } from '../language/evaluate-guides.ts';
import type { FolderView } from '../language/folder-view.ts';
import { guidePlayground, guideStateOf } from '../language/guide-playground.ts';
import type { DeclaredObject } from '../language/names/file-names.ts';
import { namesOf } from '../language/names/folder-names.ts';
import { organizationGraph, type GraphNode } from '../language/organization-graph.ts';
import { textsAt } from '../spec/text/outline/lookup.ts';
import { rangeOf } from '../spec/text/source.ts';
import { Places } from './positions.ts';
import type { Project, Projects } from './projects.ts';
import type { GuidesAnswer, GuidesParams, OrganizationAnswer } from '../language/protocol.ts';

export function organizationOf(
  projects: Projects,
  project: Project,
  view: FolderView,
  wanted: string | undefined,
): OrganizationAnswer {
  const names = namesOf(view);
  const organizations = [...new Set(names.ofKind('Organization').flatMap(({ name }) => name ?? []))];
  const errors = view.problems.filter(({ severity }) => severity === 'error').length;
  // Without a choice, the one that is trained first. A choice that errors may hide from us stands: it will be back.
  const candidates = [wanted, view.model.trainings[0]?.organization, organizations[0]];
  const name =
    candidates.find(
      (each) => each !== undefined && (organizations.includes(each) || (each === wanted && errors > 0)),
    ) ?? '';
  const parentsOf = (role: string): readonly string[] => {
    const object = names.object('Role', role);
    return object ? textsAt(object.document.root, ['spec', 'extends']) : [];
  };
  const graph = organizationGraph(view.model, name, { parentsOf }) ?? null;
  const organization = names.object('Organization', name);
  const places: Record<string, OrganizationAnswer['places'][string]> = {};
  const note = (id: string, object: DeclaredObject | undefined, kind: string, declared: string): void => {
    const use = object?.names.find((each) => each.declares && each.kind === kind && each.name === declared);
    if (!object || !use) return;
    const uri = projects.uriOf({ project, path: object.source.path });
    const range = new Places(projects.openText(uri)).range(rangeOf(object.source, use.start, use.end));
    places[id] = { uri, range };
  };
  note('organization', organization, 'Organization', name);
  const declaringObject = ({ kind, name: node }: GraphNode): DeclaredObject | undefined => {
    if (kind === 'role') return names.object('Role', node);
    if (kind === 'mission') return names.object('Mission', node);
    return kind === 'service' && graph ? names.object('Cluster', graph.cluster) : organization;
  };
  for (const node of graph?.nodes ?? []) note(node.id, declaringObject(node), KINDS[node.kind], node.name);
  return { folder: project.uri, organizations, errors, name, graph, places };
}

/** What nodes are called where they are declared. */
const KINDS = { role: 'Role', mission: 'Mission', service: 'service', group: 'group', agent: 'agent' } as const;

/** Null where the organization or its cluster cannot be read. */
export function guidesOf({ model }: FolderView, samples: SampleProvider, params: GuidesParams): GuidesAnswer | null {
  const organization = model.organizations.find(({ name }) => name === params.name);
  const cluster = model.clusters.find(({ name }) => name === organization?.cluster);
  const playground = cluster && guidePlayground(model, params.name, samples(cluster));
  if (!playground) return null;
  const state = params.state ?? playground.presets[0].state;
  const evaluation = evaluateGuides(model, params.name, guideStateOf(cluster, state));
  return evaluation ? { playground, state, evaluation } : null;
}
