/**
 * Trajectory patterns of MOISE+MARL, as they are meant:
 *
 *     pattern := item (',' item)*
 *     item    := label | '[' pattern '](' least ',' (most | '*') ')'
 *     label   := text without , [ ] ( ) ;  |  '#any', which is any one label
 *
 * A trajectory is a row of labels, observation and action by turns. A pattern matches a whole trajectory; `*` has no limit.
 */

export type Pattern =
  | { readonly type: 'label'; readonly label: string }
  | { readonly type: 'any' }
  | { readonly type: 'row'; readonly items: readonly Pattern[] }
  /** most: Infinity for `*`. */
  | { readonly type: 'repeat'; readonly item: Pattern; readonly least: number; readonly most: number };

export interface PatternProblem {
  /** Character of the text. */
  readonly at: number;
  readonly message: string;
}

/** Deeper nesting than anybody writes; keeps the stack small. */
const MOST_DEPTH = 100;
const MOST_REPEATS = 10_000;

/** Never throws. */
export function parsePattern(text: string): { readonly pattern: Pattern } | { readonly problem: PatternProblem } {
  const parser = new PatternParser(text);
  try {
    return { pattern: parser.whole() };
  } catch (error) {
    if (error instanceof Stop) return { problem: { at: error.at, message: error.message } };
    throw error;
  }
}

class Stop extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

class PatternParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Pattern {
    const pattern = this.#row();
    if (this.#at < this.#text.length)
      throw new Stop(this.#at, `A comma is missing before '${this.#text[this.#at]}', or it stands too much.`);
    return pattern;
  }

  #row(): Pattern {
    const items = [this.#item()];
    while (this.#take(',')) items.push(this.#item());
    return items.length === 1 ? items[0] : { type: 'row', items };
  }

  #item(): Pattern {
    this.#skip();
    if (!this.#take('[')) return this.#label();
    if (++this.#depth > MOST_DEPTH) throw new Stop(this.#at, 'The pattern nests too deep.');
    const item = this.#row();
    this.#need(']');
    this.#need('(');
    const start = this.#at;
    const least = this.#count();
    this.#need(',');
    const most = this.#take('*') ? Infinity : this.#count();
    this.#need(')');
    if (most < least) throw new Stop(start, `The group is repeated at least ${least} and at most ${most} times.`);
    this.#depth--;
    return { type: 'repeat', item, least, most };
  }

  #label(): Pattern {
    const [label = ''] = /^[^,[\]();]*/.exec(this.#text.slice(this.#at)) ?? [];
    if (label.trim() === '') throw new Stop(this.#at, 'A label is missing.');
    this.#at += label.length;
    return label.trim() === '#any' ? { type: 'any' } : { type: 'label', label: label.trim() };
  }

  #count(): number {
    this.#skip();
    const digits = /^\d+/.exec(this.#text.slice(this.#at))?.[0];
    if (digits === undefined) throw new Stop(this.#at, 'A number of repetitions is missing.');
    if (Number(digits) > MOST_REPEATS) throw new Stop(this.#at, `A group is repeated at most ${MOST_REPEATS} times.`);
    this.#at += digits.length;
    return Number(digits);
  }

  #take(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #need(character: string): void {
    if (!this.#take(character)) throw new Stop(this.#at, `'${character}' is missing.`);
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }
}

/** The pattern as text that parses to it again. */
export function writePattern(pattern: Pattern): string {
  switch (pattern.type) {
    case 'label':
      return pattern.label;
    case 'any':
      return '#any';
    case 'row':
      return pattern.items.map(writePattern).join(',');
    case 'repeat':
      return `[${writePattern(pattern.item)}](${pattern.least},${pattern.most === Infinity ? '*' : pattern.most})`;
  }
}
