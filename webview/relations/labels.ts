/** Relations in words. */
import type { RelationKind } from '../protocol/relations.ts';
import { t } from '../shared/l10n.ts';
import { duration } from '../shared/numbers.ts';
import type { Edge } from './edges.ts';

export function kindLabel(kind: RelationKind): string {
  const words: { readonly [K in RelationKind]: string } = {
    acquaintance: t('acquaintance'),
    authority: t('authority'),
    communication: t('communication'),
  };
  return words[kind];
}

export function kindAbout(kind: RelationKind): string {
  const words: { readonly [K in RelationKind]: string } = {
    acquaintance: t('they move the same services'),
    authority: t('the second agent follows what the first one has just done'),
    communication: t('they move in the same steps'),
  };
  return words[kind];
}

export const pairLabel = ({ from, to, directed }: Edge): string => `${from} ${directed ? '→' : '–'} ${to}`;

/** p as it is written: below what the permutations can tell, "p = 0.003". */
export const pLabel = (p: number | undefined): string => (p === undefined ? '–' : String(Number(p.toPrecision(2))));

export const strengthLabel = (strength: number | undefined): string =>
  strength === undefined ? '–' : strength.toFixed(2);

/** All of an edge in one line, for screen readers and tips. */
export function spoken(edge: Edge): string {
  const { kind, declared, strength, p, significant } = edge;
  const what = `${kindLabel(kind)}, ${pairLabel(edge)}`;
  const measured =
    strength === undefined
      ? t('not measured')
      : t(
          'strength {0}, p = {1}, {2}',
          strengthLabel(strength),
          pLabel(p),
          significant ? t('significant') : t('not significant'),
        );
  return declared ? t('{0}: declared; {1}', what, measured) : t('{0}: {1}', what, measured);
}

export const windowLabel = ({ from, to }: { readonly from: number; readonly to: number }): string =>
  `${duration(from)} – ${duration(to)}`;
