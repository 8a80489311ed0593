/** Text to YAML documents, with limits that no input can pass. */
import { Composer, CST, Lexer, Parser, type Document, type ErrorCode, type ParsedNode, type YAMLError } from 'yaml';
import { problem, type Problem } from '../problem.ts';
import type { SpecCode } from '../problem-codes.ts';
import { rangeOf, type SourceFile } from './source.ts';

export interface ParsedDocument {
  readonly source: SourceFile;
  readonly yaml: Document.Parsed<ParsedNode>;
  /** False where the text is not YAML: what is known of the document is a guess. */
  readonly sound: boolean;
}

export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  readonly problems: readonly Problem[];
}

/** Levels of nesting: brackets open at once, or block indicators on one line. The language itself needs 10. */
export const MAX_DEPTH = 64;

/** Nodes that are open at once, also over lines: the parser closes them by recursion. */
export const MAX_OPEN = 1000;

/** Documents of a file. Only the first problem of each document is reported: the others mostly follow from it. */
export function parseDocuments(source: SourceFile): ParsedFile {
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  let offset = 0;
  let brackets = 0;
  let indicators = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    if (lexeme === '[' || lexeme === '{') brackets++;
    else if (lexeme === ']' || lexeme === '}') brackets--;
    if (lexeme === '-' || lexeme === '?' || lexeme === ':') indicators++;
    else if (lexeme === ',' || lexeme.startsWith('\n') || lexeme.startsWith('\r')) indicators = 0;
    else if (lexeme === CST.DOCUMENT) brackets = 0;
    if (brackets > MAX_DEPTH || indicators > MAX_DEPTH) return tooDeep(source, offset);
    offset += lengthOf(lexeme);
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_OPEN) return tooDeep(source, offset);
  }
  tokens.push(...parser.end());

  const composer = new Composer({ prettyErrors: false, stringKeys: true, uniqueKeys: false, merge: false });
  const documents: ParsedDocument[] = [];
  const problems: Problem[] = [];
  for (const yaml of composer.compose(tokens)) {
    const first = yaml.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION') ?? yaml.errors[0] ?? yaml.warnings[0];
    if (first) problems.push(yamlProblem(source, first));
    documents.push({ source, yaml, sound: !first });
  }
  return { documents, problems };
}

/** Marks of the lexer (start of a document, of a scalar, flow error) are no characters of the text. */
export const lengthOf = (lexeme: string): number => (MARKS.has(lexeme) ? 0 : lexeme.length);

const MARKS: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.SCALAR, CST.FLOW_END]);

function tooDeep(source: SourceFile, offset: number): ParsedFile {
  const message = `More than ${MAX_DEPTH} levels are open here. Close brackets, or flatten the document.`;
  return {
    documents: [],
    problems: [problem(source.path, rangeOf(source, offset, offset + 1), 'yaml-too-deep', message)],
  };
}

/** What the parser's codes mean in plain words; codes that are not here keep the parser's own sentence. */
const SENTENCES: Partial<Record<ErrorCode, readonly [SpecCode, string]>> = {
  TAB_AS_INDENT: ['yaml-tab', 'A tab indents this line. Indent with spaces.'],
  RESOURCE_EXHAUSTION: ['yaml-too-deep', 'The document is nested too deep. Flatten it.'],
  TAG_RESOLVE_FAILED: ['yaml-tag', 'YAML tags (!name) have no meaning here. Remove the tag.'],
  NON_STRING_KEY: ['wrong-type', 'A key must be a text. Put it in quotes, or write another key.'],
  BAD_ALIAS: ['yaml-alias', 'This alias is not understood. Write the value out.'],
  BLOCK_AS_IMPLICIT_KEY: [
    'yaml-syntax',
    'A mapping cannot start here. If the text contains ": ", put it in quotes; otherwise start a new line.',
  ],
  MULTILINE_IMPLICIT_KEY: ['yaml-syntax', 'A ":" is missing after this key, or a line is indented wrongly.'],
  KEY_OVER_1024_CHARS: ['yaml-syntax', 'A ":" is missing after this key: keys have at most 1024 characters.'],
  BAD_DIRECTIVE: ['yaml-syntax', 'This directive is not understood. Remove the line.'],
};

function yamlProblem(source: SourceFile, { code, message, pos }: YAMLError): Problem {
  const missing = /end with a ([\]}])/.exec(message)?.[1] ?? /Missing closing (["'])quote/.exec(message)?.[1];
  const [ours, sentence] = missing
    ? ['yaml-syntax' as const, `A closing ${missing} is missing here or before.`]
    : (SENTENCES[code] ?? ['yaml-syntax', `This is not YAML: ${message}. Correct it here or just before.`]);
  return problem(source.path, rangeOf(source, pos[0], pos[1]), ours, sentence);
}
