/** What a test of the metric queries found, in words; plain code. */
import type { TestedQueries } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { someNames } from './labels.ts';

type Query = TestedQueries['queries'][number];
type OfService = Query['services'][number];

export function stateName(state: OfService['state']): string {
  const names: Readonly<Record<OfService['state'], string>> = {
    ok: t('new'),
    stale: t('stale'),
    missing: t('missing'),
    NaN: t('not a number'),
  };
  return names[state];
}

/** The number of services that the query covers, the age of the oldest value, and the services without a value. */
export function queryInWords({ services, problem }: Query): string {
  const fine = services.filter(({ state }) => state === 'ok');
  const ages = services.flatMap(({ age }) => (age === null ? [] : [age]));
  const oldest = ages.length === 0 ? '' : t('at most {0} s old', Math.round(Math.max(...ages)));
  if (fine.length === services.length) return t('{0} services, {1}', services.length, oldest);
  if (fine.length === 0 && problem !== '') return problem;
  const unwell = (['missing', 'NaN', 'stale'] as const).flatMap((state) => {
    const names = services.filter((of) => of.state === state).map(({ service }) => service);
    return names.length === 0 ? [] : [t('{0}: {1}', stateName(state), someNames(names))];
  });
  return t('{0} of {1} services; {2}', fine.length, services.length, unwell.join('; '));
}

export function verdict({ complete }: TestedQueries): string {
  return complete
    ? t('All queries return recent values.')
    : t('Where something is missing or stale, the agents hold: add or correct queries in the specification.');
}

/** What a screen reader says when a test has ended. */
export function queriesAnnouncement(tested: TestedQueries): string {
  const { queries: all, missing } = tested;
  const unwell = all.filter(({ services }) => services.some(({ state }) => state !== 'ok')).map(({ field }) => field);
  const fields = [...unwell, ...missing.map(({ field }) => field)];
  return fields.length === 0 ? verdict(tested) : t('Not complete: {0}. {1}', someNames(fields), verdict(tested));
}
