/** What the sections of Roles and Goals can ask for, and the controls that they share. */
import type { TemplateResult } from 'lit';
import type { Proposal } from '../protocol/proposals.ts';
import { iconButton } from '../shared/controls.ts';
import { exportMenu, type Format } from '../shared/export-menu.ts';
import { t } from '../shared/l10n.ts';

export type Part = 'comparison' | 'confusion' | 'alignment' | 'roles' | 'goals' | 'satisfaction';

export interface Actions {
  accept(proposal: Proposal): void;
  save(part: Part, format: Format, goal?: string): void;
  compare(): void;
  refine(): void;
  toggle(id: string): void;
  readonly open: readonly string[];
}

export const exportPart = (part: Part, what: string, save: Actions['save'], goal?: string): TemplateResult =>
  exportMenu(
    `${part}${goal === undefined ? '' : `-${goal.replace(/[^\w-]/g, '-')}`}`,
    t('Export {0}', what),
    (format) => save(part, format, goal),
  );

export const exportTable = (part: Part, what: string, save: Actions['save']): TemplateResult =>
  iconButton({ icon: 'export', label: t('Export {0} as CSV', what), click: () => save(part, 'csv') });
