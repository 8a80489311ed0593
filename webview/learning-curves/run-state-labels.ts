import type { RunInfo, SeedInfo } from '../protocol/learning-curves.ts';
import { t } from '../shared/l10n.ts';

type State = RunInfo['state'] | SeedInfo['state'];

const WORDS: Readonly<Record<State, { readonly icon: string; readonly text: string }>> = {
  created: { icon: 'circle-outline', text: t('not begun') },
  waiting: { icon: 'circle-outline', text: t('waiting') },
  incomplete: { icon: 'circle-outline', text: t('being made') },
  running: { icon: 'sync', text: t('running') },
  finished: { icon: 'pass', text: t('finished') },
  stopped: { icon: 'debug-pause', text: t('stopped') },
  stale: { icon: 'warning', text: t('interrupted') },
  failed: { icon: 'error', text: t('failed') },
  unreadable: { icon: 'error', text: t('unreadable') },
  'other-version': { icon: 'error', text: t('of another version') },
};

export const stateIcon = (state: State): string => WORDS[state].icon;
export const stateInWords = (state: State): string => WORDS[state].text;
