/**
 * The lexemes of the YAML lexer, with repairs for text that is being typed. A lexeme that takes in more than was meant is cut short, what
 * the parser could not place becomes a comment, and the lexer begins anew behind that. Offsets stay those of the text.
 */
import { CST, Lexer } from 'yaml';
import { lengthOf, MAX_DEPTH } from '../parse.ts';

/** Repairs of a document; what follows more of them is left out, because each one makes the lexer copy the rest of the text. */
const MOST_REPAIRS = 500;

/** The beginning of an entry, as no text has it: a key without blanks, behind dashes. */
const KEY = /^(?:- +)*(?:[A-Za-z_][\w./*-]*|"[^"]*"|'[^']*')$/;

/** What the parser gets in place of the text from a lexeme on. */
interface Cut {
  readonly scalar: boolean;
  readonly source: string;
}

/** Knows of the text before the next lexeme what decides whether that one has to be repaired. */
export class RepairedLexer {
  readonly #text: string;
  /** Also in braces, a key is on one line. */
  readonly #typing: boolean;
  #repairs = 0;
  /** The offset of the next lexeme. */
  #at = 0;
  /** Brackets that are open, the innermost last; where the first of them stands. */
  #brackets: string[] = [];
  #firstBracket = 0;
  /** What comes next in the innermost braces is a key. */
  #atFlowKey = false;
  /** On the line, outside of brackets: something but indicators, a key with its colon, how many indicators. */
  #begun = false;
  #keyed = false;
  #indicators = 0;
  #inBlockScalar = false;

  constructor(text: string, typing: boolean) {
    this.#text = text;
    this.#typing = typing;
  }

  /** Lexemes from an offset on at which no node is open. */
  *lexemes(from: number): Generator<string> {
    this.#at = from;
    this.#brackets = [];
    this.#inBlockScalar = false;
    this.#endLine();
    let before = '';
    while (this.#at < this.#text.length && this.#repairs++ < MOST_REPAIRS) before = yield* this.#untilRepair(before);
  }

  /** `before` is no part of the text; it brings the lexer to where it stopped. Gives what does so behind the repair. */
  *#untilRepair(before: string): Generator<string, string> {
    let left = before.length;
    let scalar = false;
    for (let lexeme of new Lexer().lex(before + this.#text.slice(this.#at))) {
      if (left > 0) {
        const length = lengthOf(lexeme);
        left -= length;
        if (left >= 0) continue;
        lexeme = lexeme.slice(left);
      }
      if (lexeme === CST.SCALAR) {
        scalar = true;
        continue;
      }
      const cut = scalar ? this.#scalarCut(lexeme) : this.#cut(lexeme);
      if (cut?.scalar ?? scalar) yield CST.SCALAR;
      // A tab indents as a blank does.
      const indents = lexeme.startsWith('\t') && !this.#begun && this.#indicators === 0 && this.#brackets.length === 0;
      yield cut?.source ?? (indents ? ' '.repeat(lexeme.length) : lexeme);
      if (cut) {
        const next = this.#openings();
        this.#at += cut.source.length;
        return next;
      }
      this.#at += lengthOf(lexeme);
      this.#note(lexeme, scalar);
      scalar = false;
    }
    return '';
  }

  /** The beginning of a text with the blocks and brackets that are open here. */
  #openings(): string {
    const at = this.#brackets.length > 0 ? this.#firstBracket : this.#at;
    const line = this.#text.slice(this.#text.lastIndexOf('\n', at - 1) + 1, at);
    const indicators = /^ *(?:[-?:] +)*/.exec(line)![0];
    // What belongs to a key is indented further than that; what has none, further than the last indicator.
    const column = line.length > indicators.length ? indicators.length : Math.max(0, trimmed(indicators).length - 1);
    return `${' '.repeat(column)}- ${'['.repeat(this.#brackets.length)}`;
  }

  /** How a plain text that takes in a key, or is on the line of one, is cut. */
  #scalarCut(source: string): Cut | undefined {
    if (this.#inBlockScalar || !this.#isBeforeColon(this.#at + source.length)) return undefined;
    const line = source.lastIndexOf('\n');
    // A key is on one line: what stands above it is another key or text.
    if (line >= 0 && (this.#typing || !this.#atFlowKey) && (!this.#keyed || KEY.test(source.slice(line + 1).trim())))
      return { scalar: true, source: trimmed(source.slice(0, line)) };
    return this.#keyed && this.#brackets.length === 0 ? this.#restAsText() : undefined;
  }

  #isBeforeColon(at: number): boolean {
    const colon = /[ \t]*:/y;
    colon.lastIndex = at;
    return colon.test(this.#text);
  }

  /** How any other lexeme is cut that stands where it can't. */
  #cut(lexeme: string): Cut | undefined {
    const inBrackets = this.#brackets.length > 0;
    switch (lexeme) {
      case '{':
      case '[':
        return this.#brackets.length >= MAX_DEPTH ? this.#restAsComment() : undefined;
      case '}':
      case ']':
        return inBrackets ? undefined : { scalar: false, source: '#' };
      case '-':
      case '?':
      case ':':
        if (this.#indicators >= MAX_DEPTH) return this.#restAsComment();
        if (inBrackets || !this.#keyed) return undefined;
        // No block begins on the line of a key.
        return lexeme === ':' ? this.#restAsComment() : this.#restAsText();
    }
    const isQuoted = lexeme.startsWith('"') || lexeme.startsWith("'");
    if (!isQuoted || isClosed(lexeme) || !lexeme.includes('\n')) return undefined;
    // A quote that is not closed yet ends with its line.
    return { scalar: false, source: trimmed(lexeme.slice(0, lexeme.indexOf('\n'))) };
  }

  #restOfLine(): string {
    const end = this.#text.indexOf('\n', this.#at);
    return trimmed(this.#text.slice(this.#at, end < 0 ? undefined : end));
  }

  #restAsText(): Cut {
    const line = this.#restOfLine();
    const comment = line.search(/[ \t]#/);
    return { scalar: true, source: trimmed(comment < 0 ? line : line.slice(0, comment)) };
  }

  #restAsComment(): Cut {
    return { scalar: false, source: '#'.repeat(this.#restOfLine().length) };
  }

  /** What a lexeme that is read means for those behind it. */
  #note(lexeme: string, scalar: boolean): void {
    if (scalar) {
      if (this.#inBlockScalar) this.#endLine();
      else this.#begun = true;
      this.#inBlockScalar = false;
      return;
    }
    switch (lexeme) {
      case '{':
      case '[':
        if (this.#brackets.length === 0) this.#firstBracket = this.#at - 1;
        this.#brackets.push(lexeme);
        this.#atFlowKey = lexeme === '{';
        this.#begun = true;
        return;
      case '}':
      case ']':
        this.#brackets.pop();
        this.#atFlowKey = false;
        return;
      case ',':
        this.#atFlowKey = this.#brackets.at(-1) === '{';
        this.#indicators = 0;
        return;
      case CST.FLOW_END:
        this.#brackets = [];
        this.#endLine();
        return;
      case '\n':
      case '\r\n':
        if (this.#brackets.length === 0) this.#endLine();
        else this.#indicators = 0;
        return;
      case ':':
        if (this.#brackets.length === 0) this.#keyed = this.#begun;
        this.#atFlowKey = false;
        this.#indicators++;
        return;
      case '-':
      case '?':
        this.#indicators++;
        return;
    }
    if (/^[|>]/.test(lexeme)) this.#inBlockScalar = true;
    if (/^[*"']/.test(lexeme)) this.#begun = true;
  }

  #endLine(): void {
    this.#begun = false;
    this.#keyed = false;
    this.#atFlowKey = false;
    this.#indicators = 0;
  }
}

/** A single quote inside is written twice, a double one behind a backslash. */
function isClosed(quoted: string): boolean {
  if (quoted.startsWith("'")) return quoted.split("'").length % 2 === 1;
  return /[^\\](?:\\\\)*"$/.test(quoted);
}

/** Without the blanks and line breaks at its end. */
export function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text[end - 1])) end--;
  return text.slice(0, end);
}
