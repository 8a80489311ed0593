import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { cluster, type ClusterStatus, type QueriesTest } from '../protocol/cluster.ts';
import '../shared/base.css';
import { connect } from '../shared/channel.ts';
import { button } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import './cluster.css';
import { connection, offers, otherWriter, problems } from './advice.ts';
import type { Events } from './events.ts';
import { decisions, writes } from './decisions.ts';
import { announcementOf } from './headline.ts';
import { health } from './health.ts';
import { identityBar } from './identity-bar.ts';
import { actions, ladder, plan } from './ladder.ts';
import { queries } from './queries.ts';
import { queriesAnnouncement } from './query-sentences.ts';
import type { ServiceChoice } from './service-choice.ts';
import { services } from './services.ts';
import { stateCard } from './state-card.ts';

/** The sections that are expanded, and the services that are shown. */
interface State {
  readonly open: readonly string[];
  readonly services: ServiceChoice;
}

class ClusterView extends LitElement {
  readonly #channel = connect<'cluster', State>(cluster.toView, {
    status: (status) => this.#onStatus(status),
    queries: ({ last }) => this.#onQueries(last),
  });
  #status: ClusterStatus | undefined;
  /** Undefined until the host has told. */
  #queries: QueriesTest | null | undefined;
  #open = new Set(openSections(this.#channel.kept));
  #services = serviceChoice(this.#channel.kept);
  /** Announced when it changes, but not when the view is first shown. */
  #announcement: string | undefined;
  #spoken = '';
  /** Whether Fall Back was pressed, a button that disappears when its work is done. */
  #fellBack = false;
  readonly #events: Events = {
    act: (action) => {
      this.#fellBack = action === 'fallBack';
      this.#channel.send('act', { action });
    },
    accept: (job) => this.#channel.send('accept', { job }),
    open: (what) => this.#channel.send('open', { what }),
    isOpen: (section) => this.#open.has(section),
    toggle: (section, isOpen) => {
      if (isOpen === this.#open.has(section)) return;
      if (isOpen) this.#open.add(section);
      else this.#open.delete(section);
      this.#keep();
    },
    choose: (choice) => {
      this.#services = choice;
      this.#keep();
    },
  };

  #keep(): void {
    this.#channel.keep({ open: [...this.#open], services: this.#services });
    this.requestUpdate();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #onStatus(status: ClusterStatus): void {
    const announcement = announcementOf(status);
    if (this.#announcement !== undefined && announcement !== this.#announcement) this.#spoken = announcement;
    this.#announcement = announcement;
    this.#status = status;
    this.requestUpdate();
  }

  /** A new result is brought into sight and announced, but not one that was there when the view was first shown. */
  #onQueries(last: QueriesTest | null): void {
    const isNew = this.#queries !== undefined && last !== null;
    this.#queries = last;
    if (isNew) {
      this.#spoken = queriesAnnouncement(last.tested);
      void this.updateComplete.then(() => this.querySelector('#queries-title')?.scrollIntoView({ block: 'start' }));
    }
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const status = this.#status;
    return html`<div class="visually-hidden" role="status" aria-live="polite">${this.#spoken}</div>
      ${status && status.empty === '' ? this.#cluster(status) : this.#empty(status)}`;
  }

  /** Moves the keyboard focus from Fall Back to its result. */
  protected override updated(): void {
    if (!this.#fellBack || this.#status?.actions.fallBack.enabled) return;
    this.#fellBack = false;
    if (document.activeElement === document.body) this.querySelector<HTMLElement>('#state-title')?.focus();
  }

  #cluster(status: ClusterStatus): TemplateResult {
    return html`${identityBar(status, this.#events)}
      <main>
        ${problems(status)} ${connection(status, this.#events)} ${otherWriter(status)}
        ${stateCard(status, this.#events)} ${actions(status, this.#events)} ${offers(status, this.#events)}
        ${status.plan ? plan(status.plan, status.preflight) : nothing} ${ladder(status.ladder)}
        ${services(status, this.#services, this.#events)} ${queries(status, this.#queries ?? null, this.#events)}
        ${health(status, this.#events)} ${status.run ? decisions(status) : nothing} ${writes(status, this.#events)}
      </main>`;
  }

  #empty(status: ClusterStatus | undefined): TemplateResult {
    if (status && status.problems.length > 0)
      return html`<main class="empty">
        <h1>${t('No cluster')}</h1>
        ${problems(status)} ${button({ label: t('Show Log'), click: () => this.#events.open('showLog') })}
      </main>`;
    if (!status || status.empty === 'loading')
      return html`<main class="empty">
        <h1 class="visually-hidden">${t('Cluster')}</h1>
        <vscode-progress-ring aria-label=${t('Reading the specifications')}></vscode-progress-ring>
      </main>`;
    const isProject = status.empty === 'no cluster';
    return html`<main class="empty">
      <h1>${isProject ? t('No cluster') : t('No specifications')}</h1>
      <p>
        ${
          isProject
            ? t('The specifications declare no Cluster, or it has errors.')
            : t(
                'A cluster is declared in a specification (*.karma.yaml). The sample has one, with an emulator in place of the real thing.',
              )
        }
      </p>
      ${
        isProject
          ? status.errors > 0
            ? button({ label: t('Show Problems'), kind: 'primary', click: () => this.#events.open('problems') })
            : button({
                label: t('Import Cluster...'),
                kind: 'primary',
                click: () => this.#events.open('importCluster'),
              })
          : button({
              label: t('Create Sample Project'),
              kind: 'primary',
              click: () => this.#events.open('createSample'),
            })
      }
    </main>`;
  }
}
customElements.define('karma-cluster', ClusterView);

function openSections({ open }: Partial<State>): string[] {
  return Array.isArray(open) ? open.filter((section) => typeof section === 'string') : [];
}

function serviceChoice({ services }: Partial<State>): ServiceChoice {
  const { name, onlyInTrouble, showsAll } = (services ?? {}) as Partial<ServiceChoice>;
  return {
    name: typeof name === 'string' ? name : '',
    onlyInTrouble: onlyInTrouble === true,
    showsAll: showsAll === true,
  };
}

document.body.append(document.createElement('karma-cluster'));
