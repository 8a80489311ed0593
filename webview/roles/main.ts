import { html, nothing, type TemplateResult } from 'lit';
import { rolesView, type Comparison, type RolesMessage } from '../protocol/roles.ts';
import { AnalysisView } from '../shared/analysis-view.ts';
import { connect } from '../shared/channel.ts';
import { iconButton } from '../shared/controls.ts';
import { drawingFile, textFile, type Drawing } from '../shared/export.ts';
import type { Format } from '../shared/export-menu.ts';
import { t } from '../shared/l10n.ts';
import { readTheme, type Theme } from '../shared/theme.ts';
import { toggled } from '../shared/toggled.ts';
import type { Actions, Part } from './actions.ts';
import { alignment, declaredAgainstInferred } from './alignment.ts';
import { alignmentCsv, comparisonCsv, confusionCsv, goalsCsv, rolesCsv, satisfactionCsv } from './csv.ts';
import { declaredGoals, goals } from './goal-cards.ts';
import { alignmentPicture, confusionPicture, goalPicture } from './pictures.ts';
import { inferredRoles } from './role-cards.ts';
import './roles.css';
import { restore, type State } from './state.ts';
import { comparison, state, summary } from './summary.ts';

class RolesView extends AnalysisView<State, RolesMessage> {
  protected override readonly channel = connect<'roles', State>(rolesView.toView, {
    ...this.analysisHandlers,
    roles: (roles) => this.receive(roles),
    comparison: (comparison) => {
      this.#comparison = comparison;
      this.requestUpdate();
    },
  });
  protected override state = restore(this.channel.kept);
  protected override readonly heading = t('Roles and Goals');
  #comparison: Comparison | undefined;

  protected override tools(): TemplateResult {
    return html`${iconButton({ icon: 'type-hierarchy', label: t('Open Clustering'), click: () => this.open('clustering') })}
    ${iconButton({ icon: 'references', label: t('Open Relations'), click: () => this.open('relations') })}
    ${this.revealButton()}`;
  }

  get #actions(): Actions {
    return {
      accept: ({ id }) => this.channel.send('accept', { id }),
      save: (part, format, goal) => this.#save(part, format, goal),
      compare: () => this.open('compare'),
      refine: () => this.open('refine'),
      toggle: (id) => this.change({ open: toggled(this.state.open, id) }),
      open: this.state.open,
    };
  }

  protected override content(roles: RolesMessage): TemplateResult {
    const actions = this.#actions;
    const { proposals } = this;
    const refined = this.#comparison?.directory === this.selected ? this.#comparison : undefined;
    return html`${proposals ? state(proposals, actions) : nothing}
    ${refined && refined.figures.length > 0 ? comparison(refined, actions) : nothing} ${summary(roles)}
    ${declaredAgainstInferred(roles, actions)} ${alignment(roles, actions)} ${inferredRoles(roles, proposals, actions)}
    ${goals(roles, proposals, actions)} ${declaredGoals(roles, actions)}`;
  }

  #save(part: Part, format: Format, goal: string | undefined): void {
    const roles = this.received;
    if (!roles) return;
    if (format === 'csv') {
      this.channel.send('save', { files: [textFile(`${part}.csv`, this.#csv(part, roles))] });
      return;
    }
    const theme = readTheme();
    const drawing = drawingOf(part, roles, goal, theme);
    if (drawing)
      this.channel.send('save', {
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
