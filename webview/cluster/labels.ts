/** Numbers and names in words. */
import type { ClusterService, Decision, Rung } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { compact, duration } from '../shared/numbers.ts';

/** Nothing known. */
export const UNKNOWN = '–';

export function stageName(stage: string): string {
  const names: Readonly<Record<string, string>> = {
    plan: t('Plan'),
    shadow: t('Shadow'),
    floor: t('Floor'),
    canary: t('Canary'),
    full: t('Full'),
    fallback: t('Fallback'),
  };
  return Object.hasOwn(names, stage) ? names[stage] : stage;
}

/** What the agents do in a stage. */
export function stageMeaning({ stage, services }: Pick<Rung, 'stage' | 'services'>): string {
  const names = someNames(services);
  switch (stage) {
    case 'shadow':
      return t('the agents decide, nothing is written');
    case 'floor':
      return t('the agents raise the minimum of the HPAs of {0}', names);
    case 'canary':
    case 'full':
      return t('the agents set the replicas of {0}, their HPAs are paused', names);
  }
}

/** The most names that are listed one by one. */
const NAMED = 6;

/** "a, b, c"; of many names, the first ones and the number of the others. */
export function someNames(names: readonly string[]): string {
  if (names.length <= NAMED + 1) return names.join(', ');
  return t('{0} and {1} more', names.slice(0, NAMED).join(', '), names.length - NAMED);
}

/** A moment on the cluster's clock: an emulated one counts from 0, a real one in seconds since the epoch. */
export function moment(seconds: number): string {
  return seconds > 1e9 ? new Date(seconds * 1000).toLocaleTimeString() : duration(seconds);
}

/** How long a stage takes. */
export function lasting(seconds: number | null): string {
  if (seconds === null) return t('until stopped');
  return seconds % 60 === 0 ? t('{0} min', seconds / 60) : t('{0} s', compact(seconds));
}

export const quantity = (value: number | null, unit = ''): string =>
  value === null ? UNKNOWN : unit === '' ? compact(value) : `${compact(value)} ${unit}`;

export const percent = (share: number | null): string => (share === null ? UNKNOWN : `${Math.round(100 * share)} %`);

export const fixed = (value: number | null, digits: number): string =>
  value === null ? UNKNOWN : value.toFixed(digits);

/** Latencies are told in milliseconds below one second. */
export function latency(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  return seconds < 1 ? `${Math.round(1000 * seconds)} ms` : `${seconds.toFixed(1)} s`;
}

interface Control {
  readonly icon: string;
  readonly label: string;
  readonly explanation: string;
}

/** Who sets the replicas of a service. */
export function controlOf({ controlledBy, hpa, name }: ClusterService): Control {
  const bounds = hpa ? `${hpa.minReplicas}–${hpa.maxReplicas}` : '';
  switch (controlledBy) {
    case 'hpa':
      return {
        icon: 'sync',
        label: t('HPA acts, {0}', bounds),
        explanation: t('The HPA of {0} sets its replicas between {1}.', name, bounds),
      };
    case 'hpa with a raised minimum':
      return {
        icon: 'arrow-up',
        label: t('HPA minimum {0} → {1}', hpa?.originalMinimum ?? UNKNOWN, hpa?.minReplicas ?? UNKNOWN),
        explanation: t('The HPA of {0} acts; the agents have raised its minimum.', name),
      };
    case 'agents':
      return {
        icon: 'organization',
        label: t('agents, HPA paused'),
        explanation: t('The agents set the replicas of {0}; its HPA is paused.', name),
      };
    case 'nobody':
      return hpa
        ? {
            icon: 'warning',
            label: t('HPA paused by somebody else'),
            explanation: t('The HPA of {0} is paused, and not by KARMA MAS: nothing sets its replicas.', name),
          }
        : {
            icon: 'dash',
            label: t('no HPA'),
            explanation: t('{0} has no HPA: nothing sets its replicas.', name),
          };
    case 'unknown':
      return {
        icon: 'question',
        label: t('not observed'),
        explanation: t('Nothing is known about the HPA of {0} yet.', name),
      };
  }
}

interface Outcome {
  readonly icon: string;
  readonly label: string;
}

export function outcomeOf({ outcome }: Pick<Decision, 'outcome'>): Outcome {
  switch (outcome) {
    case 'applied':
      return { icon: 'pass', label: t('applied') };
    case 'shadow':
      return { icon: 'eye', label: t('only noted') };
    case 'hold':
      return { icon: 'debug-pause', label: t('held') };
    case 'nothing to do':
      return { icon: 'dash', label: t('no change') };
    case 'fallback':
      return { icon: 'discard', label: t('fell back') };
  }
}

/** "b 2 → 1" and, if the caps cut the change, the result. */
export function changesInWords({ changes, stage }: Decision): string {
  return changes
    .map(({ service, from, to, limited }) => {
      if (stage === 'floor') return t('{0}: HPA minimum {1} → {2}', service, from, limited);
      return limited === to
        ? t('{0} {1} → {2}', service, from, to)
        : t('{0} {1} → {2}, cut to {3}', service, from, to, limited);
    })
    .join('; ');
}
