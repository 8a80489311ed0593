import { html, type TemplateResult } from 'lit';

/** The browser's own list: it stays quick with thousands of episodes. */
export function choice(
  label: string,
  value: string,
  options: readonly (readonly [value: string, label: string])[],
  change: (value: string) => void,
): TemplateResult {
  return html`<label class="field"
    ><span class="field-label">${label}</span
    ><select class="choice" @change=${(event: Event) => change((event.target as HTMLSelectElement).value)}>
      ${options.map(([id, text]) => html`<option value=${id} .selected=${id === value}>${text}</option>`)}
    </select></label
  >`;
}
