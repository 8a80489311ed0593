import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { OpenWhat, Proposal, Proposals } from '../protocol/proposals.ts';
import { relationsView, type RelationsMessage } from '../protocol/relations.ts';
import type { ChoosableRun } from '../protocol/run-choice.ts';
import '../shared/base.css';
import { connect } from '../shared/channel.ts';
import { button, checkbox, iconButton, menu, slider } from '../shared/controls.ts';
import { csv } from '../shared/csv.ts';
import { drawingFile } from '../shared/export.ts';
import { t } from '../shared/l10n.ts';
import { runChoice } from '../shared/run-choice.ts';
import { icon, noAnalysis, waiting } from '../shared/sections.ts';
import { readTheme } from '../shared/theme.ts';
import { drawing, picture } from './drawing.ts';
import { anySignificant, edgesOf, isDeclared, overWindows, proposalFor, windowAt, type Edge } from './edges.ts';
import { layOut } from './layout.ts';
import './relations.css';
import { KINDS, restore, toggled, type State } from './state.ts';
import { edgeTable } from './table.ts';
import { kindAbout, kindWord, pairWord, pWord, strengthWord, windowWord } from './words.ts';

class RelationsView extends LitElement {
  readonly #channel = connect<'relations', State>(relationsView.toView, {
    runs: ({ runs, selected, loading }) => {
      this.#runs = runs;
      this.#selected = selected;
      this.#loading = loading;
      this.#change({ directory: selected });
    },
    relations: (relations) => {
      this.#relations = relations;
      this.#missing = undefined;
      this.requestUpdate();
    },
    proposals: (proposals) => {
      this.#proposals = proposals;
      this.requestUpdate();
    },
    missing: (missing) => {
      this.#missing = missing;
      this.requestUpdate();
    },
  });
  #state = restore(this.#channel.kept);
  #runs: readonly ChoosableRun[] | undefined;
  #selected = '';
  #loading = true;
  #relations: RelationsMessage | undefined;
  #proposals: Proposals | undefined;
  #missing: { readonly directory: string; readonly why: string } | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add('page');
    if (this.#state.directory !== '') this.#channel.send('restore', { directory: this.#state.directory });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #change(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.#channel.keep(this.#state);
    this.requestUpdate();
  }

  readonly #open = (what: OpenWhat): void => this.#channel.send('open', { what });

  protected override render(): TemplateResult {
    if (!this.#runs)
      return html`<main>
        <h1 class="visually-hidden">${t('Relations')}</h1>
        ${waiting(t('Reading the runs'))}
      </main>`;
    const relations = this.#relations?.directory === this.#selected ? this.#relations : undefined;
    return html`${this.#header(relations)}
      <main>${relations ? this.#content(relations) : this.#nothingToShow()}</main>`;
  }

  #header(relations: RelationsMessage | undefined): TemplateResult {
    return html`<header class="top">
      <h1>${t('Relations')}</h1>
      <div class="bar">
        ${runChoice(this.#runs ?? [], this.#selected, (directory) => this.#channel.send('show', { directory }))}
        ${
          relations
            ? html`${iconButton({
                icon: 'table',
                label: t('Show as a Table'),
                pressed: this.#state.asTable,
                click: () => this.#change({ asTable: !this.#state.asTable }),
              })}
              ${menu('export-relations', 'export', t('Export the Relations'), [
                { label: t('PNG picture'), click: () => this.#save(relations, 'png') },
                { label: t('SVG picture'), click: () => this.#save(relations, 'svg') },
                { label: t('CSV table'), click: () => this.#save(relations, 'csv') },
              ])}
              ${iconButton({ icon: 'person', label: t('Open Roles and Goals'), click: () => this.#open('roles') })}
              ${iconButton({ icon: 'folder-opened', label: t('Show the Run'), click: () => this.#open('reveal') })}`
            : nothing
        }
      </div>
    </header>`;
  }

  #nothingToShow(): TemplateResult {
    if (this.#loading || this.#missing?.directory !== this.#selected) return waiting(t('Reading the analysis'));
    return noAnalysis(this.#missing.why, this.#selected === '', this.#open);
  }

  #content(relations: RelationsMessage): TemplateResult {
    if (relations.agents.length < 2)
      return html`<div class="empty">
        <h2>${t('One agent')}</h2>
        <p>${t('Relations need two agents: organization {0} has one.', relations.organization)}</p>
        <div class="buttons">
          ${button({ label: t('Open Roles and Goals'), kind: 'primary', click: () => this.#open('roles') })}
        </div>
      </div>`;
    const edges = edgesOf(relations, this.#state);
    const selected = edges.find(({ key }) => key === this.#state.selected);
    return html`${this.#controls(relations)}
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
        ${this.#shown(relations, edges)}
        <aside aria-live="polite">${selected ? this.#details(relations, selected) : this.#legend(relations)}</aside>
      </div>`;
  }

  #controls(relations: RelationsMessage): TemplateResult {
    const { hidden, declared, faint } = this.#state;
    const { windows } = relations;
    const index = Math.min(this.#state.window, windows.length - 1);
    const shown = windows[index];
    return html`<div class="controls" role="group" aria-label=${t('What is shown')}>
      ${
        windows.length > 1
          ? slider({
              label: t('Time in the episodes'),
              value: index,
              min: 0,
              max: windows.length - 1,
              step: 1,
              text: shown ? windowWord(shown) : '',
              change: (window) => this.#change({ window }),
            })
          : shown
            ? html`<span class="muted">${t('Time in the episodes')} ${windowWord(shown)}</span>`
            : nothing
      }
      ${KINDS.map((kind) =>
        checkbox({
          label: html`<span class="key ${kind}"></span> ${kindWord(kind)}`,
          checked: !hidden.includes(kind),
          title: kindAbout(kind),
          change: () => this.#change({ hidden: toggled(hidden, kind) }),
        }),
      )}
      ${checkbox({ label: html`<span class="key declared"></span> ${t('declared links')}`, checked: declared, change: (on) => this.#change({ declared: on }) })}
      ${checkbox({ label: t('not significant'), checked: faint, change: (on) => this.#change({ faint: on }) })}
    </div>`;
  }

  #shown(relations: RelationsMessage, edges: readonly Edge[]): TemplateResult {
    if (this.#state.asTable)
      return edgeTable(
        edges,
        this.#state.selected,
        (key) => this.#select(key),
        (edge) => isDeclared(relations, edge),
      );
    const layout = layOut(relations.agents, edges);
    return drawing(layout, this.#state.selected, {
      select: (key) => this.#select(key),
      move: (by) => this.#move(edges, by),
    });
  }

  #select(key: string): void {
    this.#change({ selected: key === this.#state.selected ? '' : key });
  }

  /** To the next edge, around the end; its details follow. */
  #move(edges: readonly Edge[], by: number): void {
    if (edges.length === 0) return;
    const at = edges.findIndex(({ key }) => key === this.#state.selected);
    const next = edges[at < 0 ? 0 : (at + by + edges.length) % edges.length];
    this.#change({ selected: next.key });
    void this.updateComplete.then(() => {
      const all = [...this.querySelectorAll<SVGGElement>('.edge')];
      all.find((element) => element.dataset.key === next.key)?.focus();
    });
  }

  #legend({ alpha, minimumStrength, notes }: RelationsMessage): TemplateResult {
    return html`<h2>${t('How to read it')}</h2>
      <ul class="legend">
        <li><span class="key wide"></span> ${t('the wider, the stronger')}</li>
        <li><span class="key faint"></span> ${t('faint: not significant')}</li>
        <li><span class="key declared"></span> ${t('hollow: a declared link')}</li>
      </ul>
      <p class="muted">
        ${t('Significant: p at most {0}, adjusted for all pairs, kinds and windows together, and strength at least {1}. Choose a relation to see its figures.', alpha, minimumStrength)}
      </p>
      ${notes.map((note) => html`<p class="note-line">${icon('info')}<span>${note}</span></p>`)}`;
  }

  #details(relations: RelationsMessage, edge: Edge): TemplateResult {
    const { kind, declared, strength, p, significant } = edge;
    const isKnown = declared || isDeclared(relations, edge);
    const proposal = declared ? undefined : this.#proposalFor(relations, edge);
    const isAdded = proposal !== undefined && proposal.known !== '';
    const windows = overWindows(relations, edge);
    return html`<header>
        <h2>${pairWord(edge)}</h2>
        ${iconButton({ icon: 'close', label: t('Close the Details'), click: () => this.#change({ selected: '' }) })}
      </header>
      <p><span class="key ${kind}"></span> ${kindWord(kind)}: ${kindAbout(kind)}</p>
      <dl>
        <div>
          <dt>${t('strength')}</dt>
          <dd>${strengthWord(strength)}</dd>
        </div>
        <div>
          <dt>${t('p-value')}</dt>
          <dd>${pWord(p)}</dd>
        </div>
        <div>
          <dt>${t('significant')}</dt>
          <dd>${significant ? t('yes') : t('no')}</dd>
        </div>
        <div>
          <dt>${t('declared')}</dt>
          <dd>${isKnown || isAdded ? t('yes') : t('no')}</dd>
        </div>
      </dl>
      ${
        windows.length > 1
          ? html`<table class="windows">
              <caption>
                ${t('Strength over the episode')}
              </caption>
              <tbody>
                ${windows.map(
                  (window) =>
                    html`<tr class=${window.significant ? '' : 'faint'}>
                      <th scope="row">${windowWord(window)}</th>
                      <td>
                        <svg aria-hidden="true">
                          <rect class="track" y="3" width="100%" height="8"></rect>
                          <rect class="value ${kind}" y="3" width="${100 * window.strength}%" height="8"></rect>
                        </svg>
                      </td>
                      <td class="number">
                        ${strengthWord(window.strength)}
                        ${window.significant ? nothing : html`<span class="visually-hidden">${t('not significant')}</span>`}
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>`
          : nothing
      }
      ${this.#acceptance(edge, isKnown, proposal)}`;
  }

  get #shownProposals(): Proposals | undefined {
    return this.#proposals?.directory === this.#selected ? this.#proposals : undefined;
  }

  #proposalFor(relations: RelationsMessage, edge: Edge): Proposal | undefined {
    return proposalFor(relations, this.#shownProposals?.proposals ?? [], edge);
  }

  #acceptance(edge: Edge, isKnown: boolean, proposal: Proposal | undefined): TemplateResult {
    if (proposal)
      return html`<p class="muted">${proposal.why}</p>
        ${
          proposal.known === ''
            ? button({
                label: t('Add Relation'),
                kind: 'primary',
                disabled: !this.#shownProposals?.asked,
                click: () => this.#channel.send('accept', { id: proposal.id }),
              })
            : html`<p class="added">${icon('check')} ${t('In the specifications: group {0}', proposal.known)}</p>`
        }`;
    if (isKnown || !edge.significant) return html`${nothing}`;
    return html`<p class="muted">
      ${t('Not proposed: both agents have one role, their roles are in no group together, another role is proposed for one of them, or it would close a circle of authority.')}
    </p>`;
  }

  #save(relations: RelationsMessage, format: 'png' | 'svg' | 'csv'): void {
    if (format === 'csv') {
      const rows = relations.windows.flatMap(({ from, to, relations: all }) =>
        all.map(({ kind, from: one, to: other, strength, p, significant }) => [
          from,
          to,
          kind,
          one,
          other,
          strength,
          p,
          significant ? 'yes' : 'no',
        ]),
      );
      const content = csv([
        ['from s', 'to s', 'kind', 'agent', 'other agent', 'strength', 'p', 'significant'],
        ...rows,
      ]);
      this.#channel.send('save', { files: [{ name: 'relations.csv', content, base64: false }] });
      return;
    }
    const theme = readTheme();
    const window = windowAt(relations, this.#state.window);
    const title = window ? t('Relations, {0}', windowWord(window)) : t('Relations');
    const layout = layOut(relations.agents, edgesOf(relations, this.#state));
    this.#channel.send('save', { files: [drawingFile('relations', format, picture(layout, title, theme), theme)] });
  }
}
customElements.define('karma-relations', RelationsView);
document.body.append(document.createElement('karma-relations'));
