import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { OpenWhat, Proposals } from '../protocol/proposals.ts';
import { rolesView, type Comparison, type RolesMessage } from '../protocol/roles.ts';
import type { ChoosableRun } from '../protocol/run-choice.ts';
import '../shared/base.css';
import { connect } from '../shared/channel.ts';
import { iconButton } from '../shared/controls.ts';
import { drawingFile, type Drawing } from '../shared/export.ts';
import { t } from '../shared/l10n.ts';
import { runChoice } from '../shared/run-choice.ts';
import { noAnalysis, waiting } from '../shared/sections.ts';
import { readTheme, type Theme } from '../shared/theme.ts';
import { alignmentCsv, comparisonCsv, confusionCsv, goalsCsv, rolesCsv, satisfactionCsv } from './csv.ts';
import type { Actions, Format, Part } from './actions.ts';
import { alignment, declaredAgainstInferred } from './alignment.ts';
import { declaredGoals, goals } from './goal-cards.ts';
import { alignmentPicture, confusionPicture, goalPicture } from './pictures.ts';
import './roles.css';
import { inferredRoles } from './role-cards.ts';
import { restore, toggled, type State } from './state.ts';
import { comparison, state, summary } from './summary.ts';

class RolesView extends LitElement {
  readonly #channel = connect<'roles', State>(rolesView.toView, {
    runs: ({ runs, selected, loading }) => {
      this.#runs = runs;
      this.#selected = selected;
      this.#loading = loading;
      this.#change({ directory: selected });
    },
    roles: (roles) => {
      this.#roles = roles;
      this.#missing = undefined;
      this.requestUpdate();
    },
    proposals: (proposals) => {
      this.#proposals = proposals;
      this.requestUpdate();
    },
    comparison: (found) => {
      this.#comparison = found;
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
  #roles: RolesMessage | undefined;
  #proposals: Proposals | undefined;
  #comparison: Comparison | undefined;
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

  get #actions(): Actions {
    return {
      accept: ({ id }) => this.#channel.send('accept', { id }),
      save: (part, format, goal) => this.#save(part, format, goal),
      compare: () => this.#open('compare'),
      refine: () => this.#open('refine'),
      toggle: (id) => this.#change({ open: toggled(this.#state.open, id) }),
      open: this.#state.open,
    };
  }

  protected override render(): TemplateResult {
    if (!this.#runs)
      return html`<main>
        <h1 class="visually-hidden">${t('Roles and Goals')}</h1>
        ${waiting(t('Reading the runs'))}
      </main>`;
    const isShown = ({ directory }: { readonly directory: string }): boolean => directory === this.#selected;
    const roles = this.#roles && isShown(this.#roles) ? this.#roles : undefined;
    return html`${this.#header(roles !== undefined)}
      <main>${roles ? this.#content(roles) : this.#nothingToShow()}</main>`;
  }

  #header(isShown: boolean): TemplateResult {
    const button = (icon: string, label: string, what: OpenWhat) =>
      iconButton({ icon, label, click: () => this.#open(what) });
    return html`<header class="top">
      <h1>${t('Roles and Goals')}</h1>
      <div class="bar">
        ${runChoice(this.#runs ?? [], this.#selected, (directory) => this.#channel.send('show', { directory }))}
        ${
          isShown
            ? html`${button('type-hierarchy', t('Open Clustering'), 'clustering')}
              ${button('references', t('Open Relations'), 'relations')}
              ${button('folder-opened', t('Show the Run'), 'reveal')}`
            : nothing
        }
      </div>
    </header>`;
  }

  #nothingToShow(): TemplateResult {
    if (this.#loading || this.#missing?.directory !== this.#selected) return waiting(t('Reading the analysis'));
    return noAnalysis(this.#missing.why, this.#selected === '', this.#open);
  }

  #content(roles: RolesMessage): TemplateResult {
    const actions = this.#actions;
    const proposals = this.#proposals?.directory === this.#selected ? this.#proposals : undefined;
    const refined = this.#comparison?.directory === this.#selected ? this.#comparison : undefined;
    return html`${proposals ? state(proposals, actions) : nothing}
    ${refined && refined.figures.length > 0 ? comparison(refined, actions) : nothing} ${summary(roles)}
    ${declaredAgainstInferred(roles, actions)} ${alignment(roles, actions)} ${inferredRoles(roles, proposals, actions)}
    ${goals(roles, proposals, actions)} ${declaredGoals(roles, actions)}`;
  }

  #save(part: Part, format: Format, goal: string | undefined): void {
    const roles = this.#roles;
    if (!roles) return;
    if (format === 'csv') {
      const content = this.#csv(part, roles);
      this.#channel.send('save', { files: [{ name: `${part}.csv`, content, base64: false }] });
      return;
    }
    const theme = readTheme();
    const drawing = drawingOf(part, roles, goal, theme);
    if (drawing)
      this.#channel.send('save', {
        files: [drawingFile(goal === undefined ? part : `goal-${goal}`, format, drawing, theme)],
      });
  }

  #csv(part: Part, roles: RolesMessage): string {
    const texts: { readonly [P in Part]: () => string } = {
      comparison: () => (this.#comparison ? comparisonCsv(this.#comparison) : ''),
      confusion: () => confusionCsv(roles),
      alignment: () => alignmentCsv(roles),
      roles: () => rolesCsv(roles),
      goals: () => goalsCsv(roles),
      satisfaction: () => satisfactionCsv(roles),
    };
    return texts[part]();
  }
}
customElements.define('karma-roles', RolesView);

function drawingOf(part: Part, roles: RolesMessage, name: string | undefined, theme: Theme): Drawing | undefined {
  if (part === 'confusion') return confusionPicture(roles, theme);
  if (part === 'alignment') return alignmentPicture(roles, theme);
  const goal = roles.goals.find((each) => each.name === name);
  return goal && goalPicture(goal, theme);
}

document.body.append(document.createElement('karma-roles'));
