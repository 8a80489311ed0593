/** The dropdown for the run that a view shows. */
import { html, type TemplateResult } from 'lit';
import type { ChoosableRun } from '../protocol/run-choice.ts';
import { dropdown } from './controls.ts';
import { t } from './l10n.ts';

/** Renders nothing if there is no run to choose. */
export function runChoice(
  runs: readonly ChoosableRun[],
  selected: string,
  change: (directory: string) => void,
): TemplateResult {
  if (runs.length === 0) return html``;
  const known = runs.some(({ directory }) => directory === selected);
  return dropdown({
    label: t('Run'),
    value: selected,
    options: [
      ...(known ? [] : [{ value: selected, label: t('none') }]),
      ...runs.map((run) => ({ value: run.directory, label: runLabel(run) })),
    ],
    change,
  });
}

/** Uses the training and the start time, since the name of the folder is long. */
function runLabel({ training, createdAt, id }: ChoosableRun): string {
  const began = new Date(createdAt);
  const time = began.toLocaleString([], { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  return createdAt === 0 ? id : `${training || id}, ${time}`;
}
