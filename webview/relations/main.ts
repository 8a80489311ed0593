import { html, nothing, type TemplateResult } from 'lit';
import type { Proposal } from '../protocol/proposals.ts';
import { relationsView, type RelationsMessage } from '../protocol/relations.ts';
import { AnalysisView } from '../shared/analysis-view.ts';
import { connect } from '../shared/channel.ts';
import { button, iconButton } from '../shared/controls.ts';
import { drawingFile, type SavedFile } from '../shared/export.ts';
import { exportMenu, type Format, type PictureFormat } from '../shared/export-menu.ts';
import { t } from '../shared/l10n.ts';
import { icon } from '../shared/sections.ts';
import { readTheme } from '../shared/theme.ts';
import { controls } from './controls.ts';
import { relationsCsv } from './csv.ts';
import { details, legend } from './details.ts';
import { drawing, picture } from './drawing.ts';
import { anySignificant, edgesOf, isDeclared, proposalFor, windowAt, type Edge } from './edges.ts';
import { windowLabel } from './labels.ts';
import { layOut } from './layout.ts';
import './relations.css';
import { restore, type State } from './state.ts';
import { edgeTable } from './table.ts';

class RelationsView extends AnalysisView<State, RelationsMessage> {
  protected override readonly channel = connect<'relations', State>(relationsView.toView, {
    ...this.analysisHandlers,
    relations: (relations) => this.receive(relations),
  });
  protected override state = restore(this.channel.kept);
  protected override readonly heading = t('Relations');

  protected override tools(relations: RelationsMessage): TemplateResult {
    return html`${iconButton({
      icon: 'table',
      label: t('Show as a Table'),
      pressed: this.state.asTable,
      click: () => this.change({ asTable: !this.state.asTable }),
    })}
    ${exportMenu('relations', t('Export the Relations'), (format) => this.#save(relations, format))}
    ${iconButton({ icon: 'person', label: t('Open Roles and Goals'), click: () => this.open('roles') })}
    ${this.revealButton()}`;
  }

  protected override content(relations: RelationsMessage): TemplateResult {
    if (relations.agents.length < 2)
      return html`<div class="empty">
        <h2>${t('One agent')}</h2>
        <p>${t('Relations need two agents: organization {0} has one.', relations.organization)}</p>
        <div class="buttons">
          ${button({ label: t('Open Roles and Goals'), kind: 'primary', click: () => this.open('roles') })}
        </div>
      </div>`;
    const edges = edgesOf(relations, this.state);
    const selected = edges.find(({ key }) => key === this.state.selected);
    return html`${controls(relations, this.state, (change) => this.change(change))}
      ${
        anySignificant(relations)
          ? nothing
          : html`<p class="note-line" role="status">
              ${icon('info')}
              <span
                >${t('No relation is significant (p at most {0}, strength at least {1}): the agents act independently, as far as these episodes tell.', relations.alpha, relations.minimumStrength)}</span
              >
            </p>`
      }
      <div class="graph-and-details">
        ${this.#graph(relations, edges)}
        <aside aria-live="polite">${selected ? this.#details(relations, selected) : legend(relations)}</aside>
      </div>`;
  }

  #graph(relations: RelationsMessage, edges: readonly Edge[]): TemplateResult {
    if (this.state.asTable)
      return edgeTable(
        edges,
        this.state.selected,
        (key) => this.#select(key),
        (edge) => isDeclared(relations, edge),
      );
    const layout = layOut(relations.agents, edges);
    return drawing(layout, this.state.selected, {
      select: (key) => this.#select(key),
      move: (by) => this.#move(edges, by),
    });
  }

  #select(key: string): void {
    this.change({ selected: key === this.state.selected ? '' : key });
  }

  /** To the next edge, around the end; its details follow. */
  #move(edges: readonly Edge[], by: number): void {
    if (edges.length === 0) return;
    const at = edges.findIndex(({ key }) => key === this.state.selected);
    const next = edges[at < 0 ? 0 : (at + by + edges.length) % edges.length];
    this.change({ selected: next.key });
    void this.updateComplete.then(() => {
      const all = [...this.querySelectorAll<SVGGElement>('.edge')];
      all.find((element) => element.dataset.key === next.key)?.focus();
    });
  }

  #details(relations: RelationsMessage, edge: Edge): TemplateResult {
    return details({
      relations,
      edge,
      proposal: edge.declared ? undefined : this.#proposalFor(relations, edge),
      canAccept: this.proposals?.asked === true,
      accept: (id) => this.channel.send('accept', { id }),
      close: () => this.change({ selected: '' }),
    });
  }

  #proposalFor(relations: RelationsMessage, edge: Edge): Proposal | undefined {
    return proposalFor(relations, this.proposals?.proposals ?? [], edge);
  }

  #save(relations: RelationsMessage, format: Format): void {
    this.channel.send('save', {
      files: [format === 'csv' ? relationsCsv(relations) : this.#pictureFile(relations, format)],
    });
  }

  #pictureFile(relations: RelationsMessage, format: PictureFormat): SavedFile {
    const theme = readTheme();
    const window = windowAt(relations, this.state.window);
    const title = window ? t('Relations, {0}', windowLabel(window)) : t('Relations');
    const layout = layOut(relations.agents, edgesOf(relations, this.state));
    return drawingFile('relations', format, picture(layout, title, theme), theme);
  }
}
customElements.define('karma-relations', RelationsView);
document.body.append(document.createElement('karma-relations'));
