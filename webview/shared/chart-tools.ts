import { html, type TemplateResult } from 'lit';
import './chart-card.css';
import { iconButton } from './controls.ts';
import { exportMenu, type Format } from './export-menu.ts';
import { t } from './l10n.ts';

export interface ChartToolsOptions {
  /** Unique in the page. */
  readonly id: string;
  /** Title of the chart. */
  readonly title: string;
  readonly asTable: boolean;
  /** Codicon for "show as a chart". */
  readonly chartIcon: 'graph' | 'graph-line';
  readonly toggleTable: () => void;
  readonly save: (format: Format) => void;
}

/** Buttons in the header of a chart's card, which switch between chart and table, and export. */
export function chartTools({ id, title, asTable, chartIcon, toggleTable, save }: ChartToolsOptions): TemplateResult {
  return html`${iconButton({
    icon: asTable ? chartIcon : 'table',
    label: asTable ? t('Show {0} as a Chart', title) : t('Show {0} as a Table', title),
    click: toggleTable,
  })}
  ${exportMenu(id, t('Export {0}', title), save)}`;
}
