/** An episode in plain words. */
import type { EpisodeEvent, EpisodeList, EpisodeMessage, EpisodeRun } from '../protocol/episode.ts';
import { t } from '../shared/l10n.ts';
import { compact, duration } from '../shared/numbers.ts';
import type { ChoiceAt } from './record.ts';

/** 83 %, less than 1 %. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return t('less than 1 %');
  if (share < 1 && share > 0.995) return t('more than 99 %');
  return t('{0} %', Math.round(100 * share));
}

/** Why an agent did what it did: "b +1: rule 'pending > 12' of role scale-out matched; 7 of 9 options were allowed; chosen with 83 %." */
export function explain(choice: ChoiceAt): string {
  const { taken } = choice;
  const chosen = taken.probability === undefined ? undefined : t('chosen with {0}', percent(taken.probability));
  const parts = [why(choice), room(choice), ...(chosen === undefined ? [] : [chosen])];
  return `${taken.text}: ${parts.join('; ')}.`;
}

function why({ rule, active, agent }: ChoiceAt): string {
  if (rule) return t("rule '{0}' of role {1} matched", rule.condition, rule.role);
  if (!active) return t('no rule matched');
  // Format 1 says only that one did; later ones name the rule for the service that was moved.
  return agent.rule === null
    ? t('a rule matched (which one was not recorded)')
    : t('a rule matched for another service');
}

function room({ allowed, options }: ChoiceAt): string {
  if (allowed === options.length) return t('all {0} options were allowed', options.length);
  return allowed === 1
    ? t('only 1 of {0} options was allowed', options.length)
    : t('{0} of {1} options were allowed', allowed, options.length);
}

/** What the policy would have done without the mask. */
export function withoutMask({ free }: ChoiceAt): string {
  if (free.taken) return t('Without the mask it would have done the same.');
  return free.allowed
    ? t('Without the mask it would have chosen {0}.', free.text)
    : t('Without the mask it would have chosen {0}, which was not allowed.', free.text);
}

const EVENTS: Readonly<Record<EpisodeEvent['type'], string>> = {
  attack: t('attack'),
  crashes: t('crashes'),
  contention: t('contention'),
  crash: t('crash'),
};
export const eventName = (type: EpisodeEvent['type']): string => EVENTS[type];

export function eventInWords({ type, service, from, to, size }: EpisodeEvent): string {
  switch (type) {
    case 'attack':
      return t('Attack of up to {0} requests/s, {1} to {2}', compact(size), duration(from), duration(to));
    case 'crashes':
      return t(
        'Pods of {0} crash (up to {1} in 30 s), {2} to {3}',
        service,
        percent(size),
        duration(from),
        duration(to),
      );
    case 'contention':
      return t('Pods of {0} work at {1}, {2} to {3}', service, percent(size), duration(from), duration(to));
    case 'crash':
      return size === 1
        ? t('1 pod of {0} crashed at {1}', service, duration(from))
        : t('{0} pods of {1} crashed at {2}', compact(size), service, duration(from));
  }
}

export function runLabel({ training, createdAt, id }: EpisodeRun): string {
  const began = new Date(createdAt);
  const time = began.toLocaleString([], { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  return createdAt === 0 ? id : `${training || id}, ${time}`;
}

/** An episode of a list, in one line: "3: ddos, nasa-1995, J 0.812". Episodes count from 1 for people. */
export function episodeLabel(list: EpisodeList, episode: number): string {
  const objective = list.objective[episode];
  return [
    `${episode + 1}: ${list.scenarios[list.scenario[episode]]}`,
    list.loads[list.load[episode]],
    ...(objective === null || objective === undefined ? [] : [`J ${objective.toFixed(3)}`]),
  ].join(', ');
}

/** What an episode lacks, because an older version recorded it or because there was none. */
export function missingParts({ agents, entryPoints, events, expectedMeaning }: EpisodeMessage): string[] {
  const lacks = (part: 'rules' | 'probabilities' | 'expected') => agents.some((agent) => agent[part] === null);
  return [
    ...(lacks('rules') ? [t('the rules that matched')] : []),
    ...(lacks('probabilities') ? [t('probabilities')] : []),
    ...(lacks('expected') || expectedMeaning === '' ? [t('what the critic expected')] : []),
    ...(events === null ? [t('attacks and other events')] : []),
    ...(entryPoints === null ? [t('which services are entry points')] : []),
  ];
}
