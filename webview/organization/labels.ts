/** The words of the view. */
import type { GraphEdge, GraphNode, PresetName } from '../protocol/organization.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';

export const kindLabel = (kind: GraphNode['kind']): string =>
  ({ group: t('Group'), role: t('Role'), agent: t('Agent'), mission: t('Mission'), service: t('Service') })[kind];

const EDGES: Readonly<Record<GraphEdge['kind'], string>> = {
  member: t('has as a role'),
  acquaintance: t('acquaintance'),
  authority: t('authority'),
  communication: t('communication'),
  compatibility: t('compatible'),
  obligation: t('obligation'),
  permission: t('permission'),
  holds: t('holds'),
  observes: t('observes'),
  moves: t('moves'),
  extends: t('extends'),
};

/** With its numbers: how many, or when. */
export function edgeLabel({ kind, min, max, during }: GraphEdge): string {
  if (kind === 'member') return `${EDGES.member} (${cardinality(min, max)})`;
  return during ? t('{0}, {1} s to {2} s', EDGES[kind], compact(during.from), compact(during.to)) : EDGES[kind];
}

export function cardinality(min = 0, max = Infinity): string {
  return min === max ? String(min) : t('{0} to {1}', min, Number.isFinite(max) ? max : t('any'));
}

export const presetLabel = (name: PresetName): string =>
  ({
    rest: t('At rest'),
    overload: t('Sudden overload'),
    failure: t('A pod failed'),
    'sample-typical': t('Emulator: typical'),
    'sample-queue': t('Emulator: longest queues'),
    'sample-failures': t('Emulator: most failed pods'),
  })[name];

export const moveLabel = (move: number): string => (move > 0 ? `+${move}` : move < 0 ? `\u2212${-move}` : '0');
