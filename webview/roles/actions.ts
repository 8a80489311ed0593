/** What the sections of Roles and Goals can ask for, and the controls that they share. */
import type { TemplateResult } from 'lit';
import type { Proposal } from '../protocol/proposals.ts';
import { iconButton, menu } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';

export type Part = 'comparison' | 'confusion' | 'alignment' | 'roles' | 'goals' | 'satisfaction';
export type Format = 'png' | 'svg' | 'csv';

export interface Actions {
  accept(proposal: Proposal): void;
  save(part: Part, format: Format, goal?: string): void;
  compare(): void;
  refine(): void;
  toggle(id: string): void;
  readonly open: readonly string[];
}

export const exportMenu = (part: Part, what: string, save: Actions['save'], goal?: string): TemplateResult =>
  menu(
    `export-${part}${goal === undefined ? '' : `-${goal.replace(/[^\w-]/g, '-')}`}`,
    'export',
    t('Export {0}', what),
    [
      { label: t('PNG picture'), click: () => save(part, 'png', goal) },
      { label: t('SVG picture'), click: () => save(part, 'svg', goal) },
      { label: t('CSV table'), click: () => save(part, 'csv', goal) },
    ],
  );

export const exportTable = (part: Part, what: string, save: Actions['save']): TemplateResult =>
  iconButton({ icon: 'export', label: t('Export {0} as CSV', what), click: () => save(part, 'csv') });
