/** Turns an analysis into the messages of the views of roles and of relations. Does not import vscode. */
import { relationsView, type RelationsMessage } from '../../../../webview/protocol/relations.ts';
import { rolesView, type RolesMessage } from '../../../../webview/protocol/roles.ts';
import type { Shape } from '../../../../webview/protocol/shape.ts';
import type { Analysis } from '../../../analyzing/analysis.ts';

/** Significant digits: more than anybody reads, a third of what JSON has. */
const DIGITS = 6;

/** Throws an error with a sentence if the analysis lacks what the view shows. */
export function rolesMessage(directory: string, analysis: Analysis): RolesMessage {
  const { organization, episodes, seeds, notes, silhouette, purity, stability, groups, alignment, roles } = analysis;
  const message = {
    directory,
    organization,
    episodes,
    seeds,
    notes,
    silhouette,
    purity,
    stability,
    groups,
    agents: alignment.agents,
    roles,
    goals: analysis.goals,
    satisfaction: analysis.goalSatisfaction,
    fit: analysis.fit,
  };
  return checked(directory, message, rolesView.toView.roles) as RolesMessage;
}

/** Throws an error with a sentence if the analysis lacks what the view shows. */
export function relationsMessage(directory: string, analysis: Analysis): RelationsMessage {
  const { organization, notes, settings, alignment, relations, declaredLinks, proposals } = analysis;
  const agents = alignment.agents.map(({ agent, roles }) => ({ name: agent, roles }));
  const message = {
    directory,
    organization,
    notes,
    alpha: settings.alpha,
    minimumStrength: settings.minimumStrength,
    agents,
    windows: relations,
    declared: declaredLinks,
    proposed: proposals.flatMap(({ id, link }) => {
      if (!link) return [];
      const pairs = agents.flatMap((from) => agents.map((to) => ({ from, to })));
      return pairs
        .filter(({ from, to }) => from !== to && from.roles.includes(link.from) && to.roles.includes(link.to))
        .map(({ from, to }) => ({ id, kind: link.type, from: from.name, to: to.name }));
    }),
  };
  return checked(directory, message, relationsView.toView.relations) as RelationsMessage;
}

/**
 * The message with fewer digits, and without what is null in the file, which stands for what could not be counted. Throws a sentence
 * where it has another shape.
 */
function checked(directory: string, message: object, shape: Shape<unknown>): unknown {
  const plain = rounded(message);
  const problem = shape.problem(plain, 'analysis');
  if (problem !== undefined)
    throw new Error(
      `The analysis in ${directory} does not have the format of this version (${problem}): run Analyze again.`,
    );
  return plain;
}

function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(known.map(([key, item]) => [key, rounded(item)]));
}
