import type { TemplateResult } from 'lit';
import type { OpenWhat, Proposals } from '../protocol/proposals.ts';
import type { ViewChannel } from './channel.ts';
import { RunView, type RunState } from './run-view.ts';
import { noAnalysis } from './sections.ts';

/** A view of what an analysis found and proposes. Both Roles and Goals and Relations are such views. */
export abstract class AnalysisView<State extends RunState, Content extends RunState> extends RunView<State, Content> {
  protected abstract override readonly channel: Pick<
    ViewChannel<'roles' | 'relations', State>,
    'kept' | 'keep' | 'send'
  >;
  #proposals: Proposals | undefined;

  protected readonly analysisHandlers = {
    ...this.runHandlers,
    proposals: (proposals: Proposals): void => {
      this.#proposals = proposals;
      this.requestUpdate();
    },
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.classList.add('page');
  }

  /** Proposals for the selected run. */
  protected get proposals(): Proposals | undefined {
    return this.#proposals?.directory === this.selected ? this.#proposals : undefined;
  }

  protected readonly open = (what: OpenWhat): void => this.channel.send('open', { what });

  protected override empty(why: string, isFirst: boolean): TemplateResult {
    return noAnalysis(why, isFirst, this.open);
  }
}
