import type { TemplateResult } from 'lit';
import { menu } from './controls.ts';
import { t } from './l10n.ts';

export type PictureFormat = 'png' | 'svg';
export type Format = PictureFormat | 'csv';

/** The menu that saves the content as a picture or a table. `id` is unique in the page. */
export function exportMenu(id: string, label: string, save: (format: Format) => void): TemplateResult {
  return menu(`export-${id}`, 'export', label, [
    { label: t('PNG picture'), click: () => save('png') },
    { label: t('SVG picture'), click: () => save('svg') },
    { label: t('CSV table'), click: () => save('csv') },
  ]);
}
