/** Edits as someone makes them who types, deletes, pastes, reindents and takes things back; from a seed. */
import type { Random } from '../../src/cluster/random.ts';
import type { TextDocument } from 'vscode-languageserver-textdocument';

export interface Edit {
  readonly range: { readonly start: Place; readonly end: Place };
  readonly text: string;
}
interface Place {
  readonly line: number;
  readonly character: number;
}

const WORDS = [
  'service.pending > 5',
  'settings.',
  'services.exists(s, s.',
  ' && ',
  "'web'",
  'kind: Role',
  'metadata: { name: x }',
  'spec:',
  'when: ',
  'allow: { scale: [1] }',
  '- ',
  ': ',
  '---\n',
  '...\n',
  '%YAML 1.2\n',
  '# ',
  '|\n      ',
  '>-\n      ',
  '&a ',
  '*a',
  '[1, ',
  '}',
  ']',
  '"',
  "'",
  '\t',
  '\r\n',
  '\n\n',
  '\u{feff}',
  '\u{2028}',
  '🚀',
  '70%',
  '30s',
  'true',
];
const KEYS = 'abcdefghijklmnopqrstuvwxyz0123456789 .:-_#\'"[]{}(),&|<>=*/!%\n';

/** One edit of a document; ranges as LSP has them. */
export function typedEdit(document: TextDocument, random: Random): Edit {
  const text = document.getText();
  const at = random.integer(0, text.length);
  const between = (start: number, end: number, by: string): Edit => ({
    range: { start: document.positionAt(start), end: document.positionAt(Math.min(end, text.length)) },
    text: by,
  });
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at) + 1;
  switch (random.integer(0, 9)) {
    case 0:
    case 1:
    case 2:
      return between(at, at, random.pick([...KEYS]));
    case 3:
      return between(at, at, random.pick(WORDS));
    case 4: // backspace
      return between(Math.max(0, at - 1), at, '');
    case 5:
      return between(at, at + random.integer(1, 30), '');
    case 6: // a line twice
      return between(lineEnd, lineEnd, text.slice(lineStart, lineEnd));
    case 7: // a line goes
      return between(lineStart, lineEnd, '');
    case 8: // another indentation
      return between(
        lineStart,
        lineStart + /^ */.exec(text.slice(lineStart))![0].length,
        ' '.repeat(random.integer(0, 8)),
      );
    default: // enter, with the indentation of the line
      return between(at, at, `\n${/^ */.exec(text.slice(lineStart))![0]}`);
  }
}
