/** The state of the transfer as a heading and a sentence, and its announcement for screen readers. */
import type { ClusterStatus, Ended } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { someNames, stageName } from './labels.ts';

type StageName = NonNullable<ClusterStatus['run']>['upTo'];

export interface Headline {
  readonly icon: string;
  readonly title: string;
  readonly text: string;
  readonly tone: 'calm' | 'active' | 'good' | 'bad';
}

export function headlineOf(status: ClusterStatus): Headline {
  const { run, ended } = status;
  if (!run) return noTransfer(status);
  switch (run.state) {
    case 'starting':
      return {
        icon: 'sync',
        title: t('Starting'),
        text: t('A transfer up to {0} is being started.', stageName(run.upTo)),
        tone: 'active',
      };
    case 'stopping':
      return {
        icon: 'discard',
        title: t('Falling back'),
        text: t('Every service is being given back to its HPA.'),
        tone: 'active',
      };
    case 'running':
      return running(status, run.upTo);
    case 'finished':
      if (run.upTo === 'plan') return planMade();
      return ended?.how === 'fallback' ? fellBack(ended) : finished(ended);
    case 'stopped':
      return {
        icon: 'discard',
        title: t('Fell back'),
        text: t('The transfer was ended on request.'),
        tone: isAsBefore(ended) ? 'good' : 'bad',
      };
    case 'failed':
      return ended?.how === 'fallback'
        ? fellBack(ended)
        : { icon: 'error', title: t('Failed'), text: run.message, tone: 'bad' };
    case 'stale':
      return interrupted(status);
    case 'unreadable':
      return { icon: 'error', title: t('Unreadable'), text: run.message, tone: 'bad' };
  }
}

const noTransfer = ({ source, cluster }: ClusterStatus): Headline => ({
  icon: 'circle-outline',
  title: t('No transfer yet'),
  text:
    source === 'emulator'
      ? t('Nothing of {0} has been observed yet. Plan shows what each stage would write, and writes nothing.', cluster)
      : t('Nothing has been transferred here. Plan shows what each stage would write, and writes nothing.'),
  tone: 'calm',
});

function running({ observed }: ClusterStatus, upTo: StageName): Headline {
  if (observed && upTo !== 'plan') return { icon: 'sync', title: stageName(observed.stage), text: '', tone: 'active' };
  return {
    icon: 'sync',
    title: upTo === 'plan' ? stageName(upTo) : t('Starting'),
    text: t('The cluster is being read.'),
    tone: 'active',
  };
}

const planMade = (): Headline => ({
  icon: 'pass',
  title: t('Plan made'),
  text: t('Nothing was written. Below is what each stage would write.'),
  tone: 'good',
});

const interrupted = ({ source }: ClusterStatus): Headline => ({
  icon: 'warning',
  title: t('Interrupted'),
  text:
    source === 'emulator'
      ? t('The process of this transfer has died, and with it the emulated cluster that lived in it.')
      : t(
          'The process of this transfer has died. Its watchdog gives the services back to their HPAs; the next transfer restores whatever is left.',
        ),
  tone: 'bad',
});

const finished = (ended: Ended | null): Headline => ({
  icon: 'pass',
  title: t('Finished'),
  text: ended?.why ?? '',
  tone: isAsBefore(ended) ? 'good' : 'bad',
});

const fellBack = (ended: Ended): Headline => ({
  icon: 'discard',
  title: t('Fell back to the HPA'),
  text: ended.why,
  tone: 'bad',
});

const isAsBefore = (ended: Ended | null): boolean => ended?.restored?.every(({ asBefore }) => asBefore) ?? false;

export interface Restored {
  readonly isFine: boolean;
  readonly text: string;
}

/** Whether the HPAs are as before, as read back from the cluster. */
export function restoredInWords({ restored }: Ended): Restored {
  if (!restored)
    return {
      isFine: false,
      text: t('The cluster did not answer afterwards: it is not known whether the HPAs are as before.'),
    };
  const wrong = restored.filter(({ asBefore }) => !asBefore);
  if (wrong.length === 0)
    return {
      isFine: true,
      text: t('All HPAs act as before: {0}.', someNames(restored.map(({ service }) => service))),
    };
  const list = wrong.map(({ service, minReplicas, maxReplicas, paused }) =>
    paused
      ? t('{0} (paused, {1}–{2})', service, minReplicas, maxReplicas)
      : t('{0} ({1}–{2})', service, minReplicas, maxReplicas),
  );
  return { isFine: false, text: t('Not as before: the HPA of {0}.', someNames(list)) };
}

/** The announcement for screen readers: stages and ends, not each decision. */
export function announcementOf(status: ClusterStatus): string {
  const { title, text } = headlineOf(status);
  if (!status.run) return '';
  if (status.run.state === 'running') return status.observed ? t('Stage {0}', title) : title;
  const confirmation = status.ended && status.run.state !== 'starting' ? restoredInWords(status.ended).text : '';
  return [title, text, confirmation]
    .filter((part) => part !== '')
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(' ');
}
