import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { ChoosableRun, MissingMessage, RunsMessage } from '../protocol/run-choice.ts';
import './base.css';
import type { ViewChannel } from './channel.ts';
import { iconButton } from './controls.ts';
import { t } from './l10n.ts';
import { runChoice } from './run-choice.ts';
import { waiting } from './sections.ts';

/** What every such view keeps over a reload. */
export interface RunState {
  /** Directory of the run. */
  readonly directory: string;
}

/** What every such view says to the host: a part of each of their channels. */
type RunChannel<State> = Pick<ViewChannel<'twin-report', State>, 'kept' | 'keep'> & {
  send(type: 'show' | 'restore', data: { readonly directory: string }): void;
  send(type: 'open', data: { readonly what: 'reveal' }): void;
};

/**
 * A view that shows one run at a time. This class holds what such views have in common: the choice of the run, what is shown
 * until its content has come, and the state that survives a reload. A view adds its channel, its header and its content.
 */
export abstract class RunView<State extends RunState, Content extends RunState> extends LitElement {
  protected abstract readonly channel: RunChannel<State>;
  protected abstract state: State;
  /** What the host has sent last, perhaps of another run than the one that is chosen. */
  protected received: Content | undefined;
  /** Directory of the run that is chosen; empty = none. */
  protected selected = '';
  #runs: readonly ChoosableRun[] | undefined;
  #loading = true;
  #missing: MissingMessage | undefined;

  /** Handlers of the messages that every such view gets. */
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

  /** The title without a run. */
  protected abstract readonly heading: string;
  protected abstract content(shown: Content): TemplateResult;
  /** There is nothing to show: why, and what to do. `isFirst`: no run has what this view shows. */
  protected abstract empty(why: string, isFirst: boolean): TemplateResult;

  /** The title with a run; left out: `heading`. */
  protected titleOf?(shown: Content): string;

  /** Buttons of the header, for the run shown. */
  protected tools?(shown: Content): TemplateResult;

  protected footer?(shown: Content): TemplateResult;

  /** Whether parts of the content are still to come. */
  protected isBusy?(shown: Content): boolean;

  /** The host has told which run is chosen. */
  protected onSelected(directory: string): void {
    this.keep({ directory } as Partial<State>);
    this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { directory } = this.state;
    if (directory !== '') this.channel.send('restore', { directory });
  }

  /** Page styles apply: there is nothing to hide from them. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected receive(content: Content): void {
    this.received = content;
    this.#missing = undefined;
    this.requestUpdate();
  }

  /** What there is of the run that is chosen. */
  protected get shown(): Content | undefined {
    return this.received?.directory === this.selected ? this.received : undefined;
  }

  /** Changes the state without drawing. */
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
