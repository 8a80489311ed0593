import { html, LitElement, nothing, type TemplateResult } from 'lit';
import {
  organizationView,
  type Graph,
  type GuidesMessage,
  type OrganizationMessage,
  type Tab,
  type TriedState,
} from '../protocol/organization.ts';
import '../shared/base.css';
import '../shared/empty.css';
import { connect } from '../shared/channel.ts';
import { button, dropdown, iconButton } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { readTheme } from '../shared/theme.ts';
import { drawing, svgFile, type DrawingEvents } from './drawing.ts';
import { graphTable } from './graph-table.ts';
import { layOut, type Layout } from './layout.ts';
import './organization.css';
import { playground } from './playground.ts';
import { panned, restore, WHOLE, zoomed, type Camera, type State } from './state.ts';

const ZOOM_STEP = 1.25;
const PAN_STEP = 0.1;
const TABS: readonly Tab[] = ['graph', 'playground'];
/** Pixels that the pointer moves before a press is a drag. */
const DRAG = 4;

class OrganizationView extends LitElement {
  readonly #channel = connect<'organization', State>(organizationView.toView, {
    organization: (message) => this.#onOrganization(message),
    guides: (guides) => {
      this.#waiting = false;
      this.#guides = guides;
      if (this.#again) this.#evaluate();
      this.requestUpdate();
    },
    tab: ({ tab }) => this.#change({ tab }),
  });
  #state = restore(this.#channel.kept);
  #organization: OrganizationMessage | undefined;
  #layout: Layout | undefined;
  #guides: GuidesMessage | undefined;
  /** A state is being evaluated; the newest follows when its answer is there. */
  #waiting = false;
  #again = false;
  readonly #events: DrawingEvents = {
    reveal: (id) => this.#channel.send('reveal', { id }),
    key: (event) => this.#onKey(event),
    wheel: (event) => {
      // Without a key the wheel scrolls, as everywhere.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.#look(zoomed(this.#state.camera, event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP));
    },
    drag: (event) => this.#onDrag(event),
  };

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#state.key !== '') this.#channel.send('restore', { key: this.#state.key });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #change(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.#channel.keep(this.#state);
    this.#evaluateOnce();
    this.requestUpdate();
  }

  #look(camera: Camera): void {
    this.#change({ camera });
  }

  #onOrganization(message: OrganizationMessage): void {
    const before = this.#organization?.selected;
    this.#organization = message;
    this.#layout = message.graph ? layOut(message.graph) : undefined;
    const isOther = before !== undefined && before !== message.selected;
    if (message.selected !== '') this.#change({ key: message.selected, ...(isOther && { camera: WHOLE }) });
    this.requestUpdate();
  }

  /** For the first time, or for another organization; the host sends later answers as the text changes. */
  #evaluateOnce(): void {
    const key = this.#organization?.selected ?? '';
    if (this.#state.tab === 'playground' && key !== '' && this.#guides?.key !== key) this.#evaluate();
  }

  #evaluate(): void {
    this.#again = this.#waiting;
    if (this.#waiting) return;
    const key = this.#organization?.selected ?? '';
    const { tried } = this.#state;
    this.#waiting = true;
    this.#channel.send('evaluate', { key, state: tried?.key === key ? tried.state : null });
  }

  #try(state: TriedState): void {
    this.#change({ tried: { key: this.#organization?.selected ?? '', state } });
    this.#evaluate();
  }

  #onKey(event: KeyboardEvent): void {
    const { camera } = this.#state;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next: Readonly<Record<string, Camera>> = {
      ArrowLeft: panned(camera, -PAN_STEP, 0),
      ArrowRight: panned(camera, PAN_STEP, 0),
      ArrowUp: panned(camera, 0, -PAN_STEP),
      ArrowDown: panned(camera, 0, PAN_STEP),
      '+': zoomed(camera, ZOOM_STEP),
      '=': zoomed(camera, ZOOM_STEP),
      '-': zoomed(camera, 1 / ZOOM_STEP),
      '0': WHOLE,
    };
    if (!Object.hasOwn(next, event.key)) return;
    event.preventDefault();
    this.#look(next[event.key]);
  }

  #onDrag(event: PointerEvent): void {
    const area = event.currentTarget as HTMLElement;
    const start = this.#state.camera;
    let moved = false;
    const move = ({ clientX, clientY }: PointerEvent): void => {
      const [x, y] = [event.clientX - clientX, event.clientY - clientY];
      moved ||= Math.hypot(x, y) > DRAG;
      if (moved) this.#look(panned(start, x / area.clientWidth, y / area.clientHeight));
    };
    const end = (): void => {
      window.removeEventListener('pointermove', move);
      // A drag that ends on a box is no click on it.
      if (moved) window.addEventListener('click', (click) => click.stopPropagation(), { capture: true, once: true });
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end, { once: true });
  }

  protected override render(): TemplateResult {
    const organization = this.#organization;
    if (!organization || (organization.empty === 'loading' && organization.problem === ''))
      return html`<main class="empty">
        <vscode-progress-ring aria-label=${t('Reading the specifications')}></vscode-progress-ring>
      </main>`;
    const { graph } = organization;
    return html`${this.#header(organization)}
      <main>${graph ? this.#content(graph) : this.#empty(organization)}</main>`;
  }

  #header({ choices, selected, problem, errors, stale, graph }: OrganizationMessage): TemplateResult {
    return html`<header class="top">
      <div class="bar">
        <h1>${graph ? t('Organization {0}', graph.name) : t('Organization')}</h1>
        ${
          choices.length > 1
            ? dropdown({
                label: t('Shown'),
                value: selected,
                options: choices.map(({ key, label }) => ({ value: key, label })),
                change: (key) => {
                  if (key !== selected) this.#channel.send('show', { key });
                },
              })
            : nothing
        }
        ${graph ? this.#tabs() : nothing} ${graph && this.#state.tab === 'graph' ? this.#tools(graph) : nothing}
      </div>
      ${problem === '' ? nothing : html`<p class="message" role="alert">${problem}</p>`}
      ${
        graph && errors > 0
          ? html`<p class="message" role="status">
              <span class="codicon codicon-warning" aria-hidden="true"></span>
              <span
                >${
                  stale
                    ? t(
                        'The specifications cannot be read at the moment. This is the last organization that could be read.',
                      )
                    : t('The specifications have errors: names that do not exist are left out.')
                }</span
              >
              ${button({ label: t('Show Problems'), click: () => this.#channel.send('open', { what: 'problems' }) })}
            </p>`
          : nothing
      }
    </header>`;
  }

  #tabs(): TemplateResult {
    const labels: Readonly<Record<Tab, string>> = { graph: t('Graph'), playground: t('Guide playground') };
    const { tab: shown } = this.#state;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      const other = shown === 'graph' ? 'playground' : 'graph';
      this.#change({ tab: other });
      void this.updateComplete.then(() => this.querySelector<HTMLElement>(`#tab-${other}`)?.focus());
    };
    return html`<div class="tabs" role="tablist" aria-label=${t('What is shown')} @keydown=${onKey}>
      ${TABS.map(
        (tab) =>
          html`<button
            type="button"
            role="tab"
            id="tab-${tab}"
            class="tab"
            aria-selected=${String(tab === shown)}
            aria-controls="shown"
            tabindex=${tab === shown ? 0 : -1}
            @click=${() => this.#change({ tab })}
          >
            ${labels[tab]}
          </button>`,
      )}
    </div>`;
  }

  #tools(graph: Graph): TemplateResult {
    const { asTable, camera } = this.#state;
    return html`<span class="end">
      ${
        asTable
          ? nothing
          : html`${iconButton({ icon: 'zoom-in', label: t('Zoom In'), click: () => this.#look(zoomed(camera, ZOOM_STEP)) })}
            ${iconButton({ icon: 'zoom-out', label: t('Zoom Out'), click: () => this.#look(zoomed(camera, 1 / ZOOM_STEP)) })}
            ${iconButton({ icon: 'screen-normal', label: t('Show All'), click: () => this.#look(WHOLE) })}
            ${iconButton({ icon: 'save', label: t('Save as SVG'), click: () => this.#save(graph) })}`
      }
      ${iconButton({
        icon: 'table',
        label: t('Show as a Table'),
        pressed: asTable,
        click: () => this.#change({ asTable: !asTable }),
      })}
      ${iconButton({
        icon: 'go-to-file',
        label: t('Go to the Text'),
        click: () => this.#channel.send('reveal', { id: 'organization' }),
      })}
    </span>`;
  }

  #content(graph: Graph): TemplateResult {
    const { tab } = this.#state;
    return html`<div id="shown" class="shown" role="tabpanel" aria-labelledby="tab-${tab}" data-view=${tab}>
      ${tab === 'graph' ? this.#graph(graph) : this.#playground()}
    </div>`;
  }

  #graph(graph: Graph): TemplateResult {
    return this.#state.asTable || !this.#layout
      ? graphTable(graph, (id) => this.#events.reveal(id))
      : drawing(graph, this.#layout, this.#state.camera, this.#events);
  }

  #playground(): TemplateResult {
    const key = this.#organization?.selected;
    const guides = this.#guides?.key === key ? this.#guides : undefined;
    if (!guides)
      return html`<div class="empty">
        <vscode-progress-ring aria-label=${t('Evaluating the guides')}></vscode-progress-ring>
      </div>`;
    if (!guides.answer)
      return html`<div class="empty">
        <h2>${t('The guides cannot be evaluated')}</h2>
        <p>${t('The organization, its cluster or its roles have errors.')}</p>
        ${button({ label: t('Show Problems'), kind: 'primary', click: () => this.#channel.send('open', { what: 'problems' }) })}
      </div>`;
    const { tried } = this.#state;
    const state = tried && tried.key === key ? tried.state : guides.answer.state;
    return playground(guides.answer, state, { attempt: (next) => this.#try(next) });
  }

  #save({ name }: Graph): void {
    const shown = this.querySelector<SVGSVGElement>('.drawing svg');
    if (!shown || !this.#layout) return;
    const content = svgFile(shown, this.#layout, readTheme().background);
    this.#channel.send('save', { files: [{ name: `${name}.svg`, content, base64: false }] });
  }

  #empty({ empty }: OrganizationMessage): TemplateResult {
    const open = (what: 'createSample' | 'problems' | 'importMoise') => () => this.#channel.send('open', { what });
    if (empty === 'broken')
      return html`<div class="empty">
        <h2>${t('The organization cannot be read')}</h2>
        <p>${t('The specifications have errors. It is drawn as soon as they are corrected.')}</p>
        ${button({ label: t('Show Problems'), kind: 'primary', click: open('problems') })}
      </div>`;
    if (empty === 'no organization')
      return html`<div class="empty">
        <h2>${t('No organization')}</h2>
        <p>${t('The specifications declare no Organization: roles, missions and the agents that hold them.')}</p>
        ${button({ label: t('Import MOISE+MARL Organization...'), click: open('importMoise') })}
      </div>`;
    return html`<div class="empty">
      <h2>${t('No specifications')}</h2>
      <p>${t('An organization is declared in a specification (*.karma.yaml). The sample has two.')}</p>
      ${button({ label: t('Create Sample Project'), kind: 'primary', click: open('createSample') })}
    </div>`;
  }
}
customElements.define('karma-organization', OrganizationView);
document.body.append(document.createElement('karma-organization'));
