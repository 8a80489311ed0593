/** What can be wrong with an expression. */

export type CelCode =
  /** Not CEL at all. */
  | 'cel-syntax'
  | 'cel-too-long'
  | 'cel-too-deep'
  /** A value of a type that does not fit where it stands. */
  | 'cel-type'
  | 'cel-unknown-variable'
  | 'cel-unknown-field'
  | 'cel-unknown-setting'
  | 'cel-unknown-function'
  /** A text that the field compared with never has. */
  | 'cel-unknown-value'
  /** `service` where there is no single service. */
  | 'cel-no-service'
  /** CEL, but not of the part that rules and goals may use. */
  | 'cel-unsupported';

export interface CelFix {
  /** What it does, for a menu. */
  readonly title: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Offsets are characters in the text of the expression; end is exclusive. */
export interface CelProblem {
  readonly start: number;
  readonly end: number;
  readonly code: CelCode;
  readonly message: string;
  readonly fix?: CelFix;
}

/** Replaces a piece of the text. */
export function fixWith(at: { readonly start: number; readonly end: number }, text: string): CelFix {
  return { title: `Write ${text}`, start: at.start, end: at.end, text };
}

/** A piece of the text for a message: on one line, printable, not long. */
export function shown(text: string): string {
  const printable = text.replace(/[ \t\r\n]+/g, ' ').replace(/[\p{C}\p{Z}]/gu, (character) => {
    if (character === ' ') return character;
    return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return printable.length > 40 ? `${[...printable].slice(0, 40).join('')}...` : printable;
}
