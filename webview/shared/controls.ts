/**
 * Typed templates for the controls of the toolkit. Views use only these and never the toolkit itself, so that it can be replaced
 * in one place. Every control has an accessible name and a target of at least 24 pixels.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import './controls.css';

export interface ButtonOptions {
  readonly label: string;
  readonly click: (event: Event) => void;
  readonly kind?: 'primary' | 'secondary';
  readonly disabled?: boolean;
  readonly title?: string;
}

export function button({ label, click, kind = 'secondary', disabled = false, title }: ButtonOptions): TemplateResult {
  return html`<vscode-button appearance=${kind} ?disabled=${disabled} title=${title ?? nothing} @click=${click}
    >${label}</vscode-button
  >`;
}

export interface IconButtonOptions {
  /** Name of a codicon. */
  readonly icon: string;
  readonly label: string;
  readonly click?: (event: Event) => void;
  /** Whether a switch is on. Only switches have it. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  /** ID of a popover that the button opens. */
  readonly popover?: string;
}

export function iconButton({
  icon,
  label,
  click,
  pressed,
  disabled = false,
  popover,
}: IconButtonOptions): TemplateResult {
  // A plain HTML button, since the toolkit's can neither open a popover nor report whether it is pressed.
  return html`<button
    type="button"
    class="icon-button"
    aria-label=${label}
    title=${label}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)}
    popovertarget=${popover ?? nothing}
    ?disabled=${disabled}
    @click=${click ?? nothing}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>
  </button>`;
}

export interface DropdownOptions<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly change: (value: T) => void;
}

export function dropdown<T extends string>({ label, value, options, change }: DropdownOptions<T>): TemplateResult {
  return html`<label class="field"
    ><span class="field-label" aria-hidden="true">${label}</span
    ><vscode-dropdown
      aria-label=${label}
      .value=${value}
      @change=${(event: Event) => change((event.target as HTMLInputElement).value as T)}
      ${ref((element) => chooseAgain(element, value, options))}
    >
      ${repeat(
        options,
        (option) => option.value,
        (option) =>
          html`<vscode-option value=${option.value} ?selected=${option.value === value}
            >${option.label}</vscode-option
          >`,
      )}
    </vscode-dropdown></label
  >`;
}

/** The options that each dropdown got last. */
const given = new WeakMap<Element, string>();

/**
 * Selects the value again after the options have changed. The toolkit keeps the position instead of the value, and an open list
 * reports a choice only if its position differs from that when the list was opened.
 */
function chooseAgain(element: Element | undefined, value: string, options: DropdownOptions<string>['options']): void {
  if (!element) return;
  const now = JSON.stringify(options.map((option) => option.value));
  if (given.get(element) === now) return;
  given.set(element, now);
  const list = element as HTMLElement & { value: string; selectedIndex: number; indexWhenOpened?: number };
  // Wait until the toolkit has seen the options.
  setTimeout(() => {
    list.value = value;
    list.indexWhenOpened = list.selectedIndex;
  });
}

export interface CheckboxOptions {
  readonly label: string | TemplateResult;
  readonly checked: boolean;
  readonly change: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly title?: string;
}

export function checkbox({ label, checked, change, disabled = false, title }: CheckboxOptions): TemplateResult {
  return html`<vscode-checkbox
    .checked=${checked}
    ?disabled=${disabled}
    title=${title ?? nothing}
    @change=${(event: Event) => {
      // The toolkit also reports changes by the program.
      const now = (event.target as HTMLInputElement).checked;
      if (now !== checked) change(now);
    }}
    >${label}</vscode-checkbox
  >`;
}

export interface SearchFieldOptions {
  readonly label: string;
  readonly value: string;
  readonly input: (value: string) => void;
}

export function searchField({ label, value, input }: SearchFieldOptions): TemplateResult {
  return html`<vscode-text-field
    class="search"
    placeholder=${label}
    .value=${value}
    @input=${(event: Event) => input((event.target as HTMLInputElement).value)}
    ${ref((element) => {
      // On insertion into the page, the toolkit names it after its content.
      if (element) setTimeout(() => element.setAttribute('aria-label', label));
    })}
    ><span slot="start" class="codicon codicon-search" aria-hidden="true"></span
  ></vscode-text-field>`;
}

export interface SliderOptions {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The value in words. */
  readonly text: string;
  readonly change: (value: number) => void;
}

/** A plain HTML slider, since the toolkit has none. */
export function slider({ label, value, min, max, step, text, change }: SliderOptions): TemplateResult {
  return html`<label class="field"
    ><span class="field-label">${label}</span
    ><input
      type="range"
      min=${min}
      max=${max}
      step=${step}
      .value=${String(value)}
      aria-valuetext=${text}
      @input=${(event: Event) => change(Number((event.target as HTMLInputElement).value))}
    /><span class="field-value" aria-hidden="true">${text}</span></label
  >`;
}

export interface MenuItem {
  readonly label: string;
  readonly click: () => void;
}

/** A button with a list of actions below it. `id` is unique in the page. */
export function menu(id: string, icon: string, label: string, items: readonly MenuItem[]): TemplateResult {
  const choose = (item: MenuItem) => (event: Event) => {
    (event.currentTarget as HTMLElement).closest<HTMLElement>('[popover]')?.hidePopover();
    item.click();
  };
  return html`${iconButton({ icon, label, popover: id })}
    <div id=${id} popover class="popover" role="group" aria-label=${label}>
      ${items.map(
        (item) => html`<button type="button" class="menu-item" @click=${choose(item)}>${item.label}</button>`,
      )}
    </div>`;
}
