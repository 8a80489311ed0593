import { html, type TemplateResult } from 'lit';
import './chart-card.css';
import { iconButton } from './controls.ts';
import { exportMenu, type Format } from './export-menu.ts';
import { t } from './l10n.ts';

export interface ChartToolsOptions {
  /** Unique in the page. */
  readonly id: string;
  /** Of the chart. */
  readonly title: string;
  readonly asTable: boolean;
  /** Codicon for "as a chart". */
  readonly chartIcon: 'graph' | 'graph-line';
  readonly toggleTable: () => void;
  readonly save: (format: Format) => void;
}

/** Buttons in the header of a card with a chart: as a chart or as a table, and the export. */
export function chartTools({ id, title, asTable, chartIcon, toggleTable, save }: ChartToolsOptions): TemplateResult {
  return html`${iconButton({
    icon: asTable ? chartIcon : 'table',
    label: asTable ? t('Show {0} as a Chart', title) : t('Show {0} as a Table', title),
    click: toggleTable,
  })}
  ${exportMenu(id, t('Export {0}', title), save)}`;
}
