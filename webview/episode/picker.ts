import { html, type TemplateResult } from 'lit';
import type { EpisodeList, EpisodeRun, Place } from '../protocol/episode.ts';
import { iconButton } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { swatch } from '../shared/swatch.ts';
import type { Theme } from '../shared/theme.ts';
import { choice } from './choice.ts';
import { episodeLabel, runLabel } from './sentences.ts';

export interface PickerOptions {
  readonly which: 'first' | 'second';
  readonly place: Place;
  readonly runs: readonly EpisodeRun[];
  /** Episodes of the place's run and seed; undefined until they have been read. */
  readonly list: EpisodeList | undefined;
  readonly theme: Theme;
  readonly select: (change: Partial<Place>) => void;
}

/** Chooses the run, the seed and the episode of the first or the second record that is shown. */
export function picker({ which, place, runs, list, theme, select }: PickerOptions): TemplateResult {
  const run = runs.find(({ directory }) => directory === place.directory);
  const isFirst = which === 'first';
  const count = list?.objective.length ?? 0;
  const names = isFirst
    ? { run: t('Run'), seed: t('Seed'), episode: t('Episode') }
    : { run: t('Second run'), seed: t('Second seed'), episode: t('Second episode') };
  return html`<span class="which" aria-hidden="true"
      >${swatch({ color: theme.series[isFirst ? 0 : 1], dash: isFirst ? [] : [6, 4], marker: 0, width: 2 })}</span
    >
    ${choice(
      names.run,
      place.directory,
      [
        ...(run ? [] : [[place.directory, t('a run that is gone')] as const]),
        ...runs.map((each) => [each.directory, runLabel(each)] as const),
      ],
      (directory) => {
        const seeds = runs.find((each) => each.directory === directory)?.seeds ?? [];
        select({ directory, seed: seeds.includes(place.seed) ? place.seed : (seeds[0] ?? 0) });
      },
    )}
    ${choice(
      names.seed,
      String(place.seed),
      (run?.seeds.includes(place.seed) ? run.seeds : [place.seed, ...(run?.seeds ?? [])]).map(
        (seed) => [String(seed), String(seed)] as const,
      ),
      (seed) => select({ seed: Number(seed) }),
    )}
    <span class="episode-choice"
      >${iconButton({
        icon: 'chevron-left',
        label: isFirst ? t('Previous Episode') : t('Previous Second Episode'),
        disabled: place.episode <= 0,
        click: () => select({ episode: place.episode - 1 }),
      })}
      ${choice(
        names.episode,
        String(place.episode),
        [
          ...(place.episode < count ? [] : [[String(place.episode), String(place.episode + 1)] as const]),
          ...Array.from({ length: count }, (_, e) => [String(e), list ? episodeLabel(list, e) : ''] as const),
        ],
        (episode) => select({ episode: Number(episode) }),
      )}
      ${iconButton({
        icon: 'chevron-right',
        label: isFirst ? t('Next Episode') : t('Next Second Episode'),
        disabled: place.episode >= count - 1,
        click: () => select({ episode: place.episode + 1 }),
      })}</span
    >`;
}
