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
    return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return printable.length > 40 ? `${[...printable].slice(0, 40).join('')}...` : printable;
}

/**
 * The candidate that `word` was probably meant to be: the only one that it begins, or the nearest with at most a third of
 * the word mistyped (two letters of short words).
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const begun = candidates.filter((candidate) => word.length >= 3 && candidate.startsWith(word));
  if (begun.length === 1) return begun[0];
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least && distance < candidate.length) [best, least] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions and replacements (Levenshtein) that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = previous[j - 1] + Number(from[i - 1] !== to[j - 1]);
      current.push(Math.min(replaced, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[to.length];
}
