/** What completion offers. */
import type { Range } from '../../spec/problem.ts';

export type CompletionKind =
  | 'key'
  | 'value'
  | 'unit'
  | 'reference'
  | 'file'
  | 'snippet'
  | 'variable'
  | 'field'
  | 'setting'
  | 'function'
  | 'operator';

export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** One line: the kind of value, the unit, the place. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  readonly text: string;
  /** Whether the text has tab stops, as in TextMate snippets. Its lines have their final indentation. */
  readonly snippet: boolean;
  /** What is replaced: on one line, with the cursor in it. */
  readonly range: Range;
  readonly sortText: string;
  /** What is compared with what is typed; the label where it is left out. */
  readonly filterText?: string;
  readonly preselect?: boolean;
  /** Whether there is more to complete once it is put in. */
  readonly retrigger?: boolean;
}

/** A text to put in, before it is known where. */
export type Offer = Omit<Completion, 'range' | 'sortText'>;

/** Offers in their order, at one place. */
export function inOrder(offers: readonly Offer[], range: Range, prefix = ''): Completion[] {
  const seen = new Set<string>();
  return offers.flatMap((offer) => {
    if (seen.has(offer.label)) return [];
    seen.add(offer.label);
    return {
      ...offer,
      text: prefix + offer.text,
      ...(prefix === '' ? {} : { filterText: prefix + (offer.filterText ?? offer.label) }),
      range,
      sortText: String(seen.size).padStart(4, '0'),
    };
  });
}

/** A text inside a snippet. */
export const escapeSnippet = (text: string): string => text.replace(/[\\$}]/g, '\\$&');

/** Snippet text as it stands where every tab stop keeps what it proposes. */
export function withoutTabStops(snippet: string): string {
  let text = snippet;
  for (let before = ''; before !== text;) {
    before = text;
    text = text
      .replace(/(?<!\\)\$\{\d+\|((?:[^|\\]|\\.)*?)\|\}/g, (_, choices: string) => choices.split(/(?<!\\),/)[0])
      .replace(/(?<!\\)\$\{\d+:((?:[^{}\\$]|\\.)*)\}/g, '$1')
      .replace(/(?<!\\)\$(?:\d+|\{\d+\})/g, '');
  }
  return text.replace(/\\([\\$},|])/g, '$1');
}
