import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { ChoosableRun, MissingMessage, RunsMessage } from '../protocol/run-choice.ts';
import './base.css';
import type { ViewChannel } from './channel.ts';
import { iconButton } from './controls.ts';
import { t } from './l10n.ts';
import { runChoice } from './run-choice.ts';
import { waiting } from './sections.ts';

/** The state that every view of a run keeps across a reload. */
export interface RunState {
  /** Directory of the run. */
  readonly directory: string;
}

/** The messages that every view of a run sends to the host. They are part of each view's channel. */
type RunChannel<State> = Pick<ViewChannel<'twin-report', State>, 'kept' | 'keep'> & {
  send(type: 'show' | 'restore', data: { readonly directory: string }): void;
  send(type: 'open', data: { readonly what: 'reveal' }): void;
};

/**
 * A view that shows one run at a time. This class contains what such views have in common: the choice of the run, what is shown
 * until its content arrives, and the state that survives a reload. A view adds its channel, its header and its content.
 */
export abstract class RunView<State extends RunState, Content extends RunState> extends LitElement {
  protected abstract readonly channel: RunChannel<State>;
  protected abstract state: State;
  /** The last content from the host, perhaps of another run than the selected one. */
  protected received: Content | undefined;
  /** Directory of the selected run; empty if there is none. */
  protected selected = '';
  #runs: readonly ChoosableRun[] | undefined;
  #loading = true;
  #missing: MissingMessage | undefined;

  /** Handlers for the messages that every view of a run gets. */
  protected readonly runHandlers = {
    runs: ({ runs, selected, loading }: RunsMessage): void => {
      this.#runs = runs;
      this.selected = selected;
      this.#loading = loading;
      this.onSelected(selected);
    },
    missing: (missing: MissingMessage): void => {
      this.#missing = missing;
      this.requestUpdate();
    },
  };

  /** The title if no run is shown. */
  protected abstract readonly heading: string;
  protected abstract content(shown: Content): TemplateResult;
  /** Renders a view without content, which says why and what to do. `isFirst` is true if no run has what this view shows. */
  protected abstract empty(why: string, isFirst: boolean): TemplateResult;

  /** The title if a run is shown; `heading` by default. */
  protected titleOf?(shown: Content): string;

  /** Buttons in the header for the shown run. */
  protected tools?(shown: Content): TemplateResult;

  protected footer?(shown: Content): TemplateResult;

  /** Whether parts of the content have not arrived yet. */
  protected isBusy?(shown: Content): boolean;

  /** Called when the host has reported which run is selected. */
  protected onSelected(directory: string): void {
    this.keep({ directory } as Partial<State>);
    this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { directory } = this.state;
    if (directory !== '') this.channel.send('restore', { directory });
  }

  /** Renders without a shadow root, so that the styles of the page apply. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected receive(content: Content): void {
    this.received = content;
    this.#missing = undefined;
    this.requestUpdate();
  }

  /** The content of the selected run, as far as it has arrived. */
  protected get shown(): Content | undefined {
    return this.received?.directory === this.selected ? this.received : undefined;
  }

  /** Changes the state without a redraw. */
  protected keep(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.channel.keep(this.state);
  }

  protected change(change: Partial<State>): void {
    this.keep(change);
    this.requestUpdate();
  }

  protected revealButton(): TemplateResult {
    return iconButton({
      icon: 'folder-opened',
      label: t('Show the Run'),
      click: () => this.channel.send('open', { what: 'reveal' }),
    });
  }

  protected override render(): TemplateResult {
    if (!this.#runs)
      return html`<main>
        <h1 class="visually-hidden">${this.heading}</h1>
        ${waiting(t('Reading the runs'))}
      </main>`;
    const { shown } = this;
    return html`<header class="top">
        <h1>${(shown && this.titleOf?.(shown)) ?? this.heading}</h1>
        <div class="bar">
          ${runChoice(this.#runs, this.selected, (directory) => this.channel.send('show', { directory }))}
          ${(shown && this.tools?.(shown)) ?? nothing}
        </div>
      </header>
      <main aria-busy=${String((shown && this.isBusy?.(shown)) ?? false)}>
        ${shown ? this.content(shown) : this.#nothingToShow()}
      </main>
      ${(shown && this.footer?.(shown)) ?? nothing}`;
  }

  #nothingToShow(): TemplateResult {
    if (this.#loading || this.#missing?.directory !== this.selected) return waiting(t('Reading the run'));
    return this.empty(this.#missing.why, this.selected === '');
  }
}
