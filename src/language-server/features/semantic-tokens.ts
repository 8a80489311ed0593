import { semanticTokens, TOKEN_MODIFIERS, TOKEN_TYPES } from '../../language/semantic-tokens.ts';
import { offsetAt } from '../../language/text.ts';
import type { Features, Target } from './features.ts';

export function registerSemanticTokens(features: Features): void {
  const { connection } = features;

  connection.languages.semanticTokens.on(({ textDocument }, token) => {
    const at = features.target(textDocument, token);
    return { data: at ? encoded(at, 0, Infinity) : [] };
  });
  connection.languages.semanticTokens.onRange(({ textDocument, range }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return { data: [] };
    const { start, end } = at.places.fromRange(range);
    return { data: encoded(at, offsetAt(at.source, start), offsetAt(at.source, end)) };
  });
}

/** Tokens as LSP has them: five numbers each, places relative to the token before. */
function encoded({ view, path, source, places }: Target, from: number, to: number): number[] {
  const data: number[] = [];
  let [line, character] = [0, 0];
  for (const { start, end, type, modifiers } of semanticTokens(view, path, from, to)) {
    const { line: sourceLine, col } = source.lines.linePos(start);
    const at = places.position({ line: sourceLine, column: col });
    data.push(
      at.line - line,
      at.line === line ? at.character - character : at.character,
      end - start,
      TOKEN_TYPES.indexOf(type),
      modifiers.reduce((bits, modifier) => bits | (1 << TOKEN_MODIFIERS.indexOf(modifier)), 0),
    );
    [line, character] = [at.line, at.character];
  }
  return data;
}
