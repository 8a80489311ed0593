import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import oniguruma from 'vscode-oniguruma';
import textmate, { type IGrammar } from 'vscode-textmate';
import { isScalar, LineCounter, parseAllDocuments, visit } from 'yaml';
import { tokenize } from '../../../src/spec/cel/lex.ts';
import { sampleFiles } from '../spec/samples.ts';

// Both are bundles whose exports Node cannot detect.
const { createOnigScanner, createOnigString, loadWASM } = oniguruma;
const { INITIAL, parseRawGrammar, Registry } = textmate;

const GRAMMAR = 'syntaxes/karma.tmLanguage.json';
const EXPRESSIONS: ReadonlySet<unknown> = new Set(['when', 'reward', 'satisfiedWhen', 'abortWhen']);

interface Piece {
  readonly line: number;
  readonly start: number;
  readonly text: string;
  readonly scopes: readonly string[];
}

/** These tests use the TextMate engine of VS Code. */
describe('grammar', () => {
  let grammar: IGrammar;
  before(async () => {
    const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
    await loadWASM(wasm);
    const registry = new Registry({
      onigLib: Promise.resolve({
        createOnigScanner: (patterns: string[]) => createOnigScanner(patterns),
        createOnigString: (text: string) => createOnigString(text),
      }),
      loadGrammar: () => Promise.resolve(parseRawGrammar(readFileSync(GRAMMAR, 'utf8'), GRAMMAR)),
    });
    grammar = (await registry.loadGrammar('source.karma'))!;
  });

  function pieces(text: string): Piece[] {
    let state = INITIAL;
    return text.split(/\r?\n/).flatMap((content, line) => {
      const { tokens, ruleStack, stoppedEarly } = grammar.tokenizeLine(content, state);
      assert.equal(stoppedEarly, false);
      state = ruleStack;
      return tokens.map(({ startIndex, endIndex, scopes }) => ({
        line,
        start: startIndex,
        text: content.slice(startIndex, endIndex),
        scopes,
      }));
    });
  }

  const isCel = ({ scopes }: Piece): boolean => scopes.some((scope) => /^meta\.embedded\.\w+\.cel$/.test(scope));

  /** Asserts that the grammar and the YAML parser see the same characters of a text inside expressions. */
  function assertExpressions(text: string): number {
    const lines = new LineCounter();
    const inside = new Set<string>();
    const place = (offset: number): string => {
      const { line, col } = lines.linePos(offset);
      return `${line - 1}:${col - 1}`;
    };
    for (const document of parseAllDocuments(text, { lineCounter: lines })) {
      assert.deepEqual(document.errors, []);
      visit(document as never, {
        Pair(_, { key, value }) {
          if (!isScalar(key) || !EXPRESSIONS.has(key.value) || !isScalar(value) || !value.range) return;
          let [start, end] = value.range;
          const written = text.slice(start, end);
          if (written.startsWith('"') || written.startsWith("'")) [start, end] = [start + 1, end - 1];
          if (written.startsWith('|') || written.startsWith('>')) start += written.indexOf('\n');
          for (let at = start; at < end; at++) if (/\S/.test(text[at])) inside.add(place(at));
        },
      });
    }
    for (const piece of pieces(text)) {
      for (let i = 0; i < piece.text.length; i++) {
        if (!/\S/.test(piece.text[i])) continue;
        const comment = piece.scopes.some((scope) => /^comment.*\.yaml$/.test(scope));
        const where = `${piece.line}:${piece.start + i}`;
        assert.equal(isCel(piece) && !comment, inside.has(where), `${where} in ${JSON.stringify(piece)}`);
      }
    }
    return inside.size;
  }

  it('The grammar finds the expressions of the sample and nothing else', async () => {
    let found = 0;
    for (const { text } of await sampleFiles()) found += assertExpressions(text);
    assert.ok(found > 1000);
  });

  const styles: Readonly<Record<string, string>> = {
    plain: 'rules:\n  - when: service.pending > 5 # not here\n    allow: { scale: [1] }\n',
    'plain over lines':
      'rules:\n  - when: service.pending > 5 &&\n      service.failed == 0\n    allow: { scale: [1] }\n',
    'on the key of a list entry, not first':
      'goals:\n  - name: x\n    reward: -services.map(s, s.pending).sum()\n    range: [-1, 0]\n',
    'in braces': 'rules: [{ when: service.pending > 5, allow: { scale: [1] } }]\n',
    'in braces, over lines':
      'rules:\n  - { when: service.pending > 5 &&\n      service.failed > 0, allow: { scale: [1] } }\n',
    'in quotes': 'when: "service.name == \'a: b\' && true"\nother: "service.pending"\n',
    'in quotes, escaped': 'when: "service.name == \\"a\\""\nother: x\n',
    'in single quotes': "when: 'service.name == ''a'' || true'\nother: x\n",
    'in quotes and braces': 'rules: [{ when: "services.exists(s, s.a > 1)", allow: 1 }]\n',
    literal:
      'rules:\n  - when: |\n      services.exists(e,\n        e.name == "a # b")\n\n      && true\n    allow: { scale: [1] }\n',
    folded: 'abortWhen: >-\n  cluster.latency > 1\n  || cluster.success < 0.5\nnext: 1\n',
    'with a comment in CEL': 'when: a > 0 // b # not here\nother: x\n',
    'with a comment in CEL, in braces': "rules: [{ when: a > 0 // don't, allow: 1 }]\n",
    'with a comment in CEL, in quotes': 'when: "a > 0 // \\"b"\nother: x\n',
    'with a comment in CEL, in single quotes': "when: 'a > 0 // ''b'\nother: x\n",
    'with a comment in CEL, literal': "when: |\n  // don't # b\n  a > 0\nother: x\n",
    'with a text over several lines': "when: |\n  a == '''don't\n  b''' // c\nother: x\n",
    'a list of words': 'fallback:\n  when: [drift, staleMetrics]\n  other:\n    when:\n      - drift\n',
    'text in a block that looks like it': 'description: |\n  when: no expression\nwhen: true\n',
  };
  for (const [name, text] of Object.entries(styles)) {
    it(`The grammar finds the same expressions as the YAML parser in the case "${name}"`, () =>
      void assertExpressions(text));
    it(`The grammar finds the same expressions as the YAML parser in the case "${name}" with CRLF`, () =>
      void assertExpressions(text.replaceAll('\n', '\r\n')));
  }

  const scopesOf = (text: string, part: string): string => {
    const found = pieces(text).find((piece) => piece.text === part);
    assert.ok(found, `${part} in ${JSON.stringify(pieces(text).map((piece) => piece.text))}`);
    return found.scopes.at(-1)!;
  };

  it('The grammar colors the YAML around expressions', () => {
    assert.equal(scopesOf('kind: Role', 'kind'), 'entity.name.tag.yaml');
    assert.equal(scopesOf('kind: Role', 'Role'), 'string.unquoted.plain.yaml');
    assert.equal(scopesOf('a: 0.7 # b', '0.7'), 'constant.numeric.yaml');
    for (const number of ['30s', '70%', '512Mi', '500m', '2h30m', '-1', '1e-3', '4KiB'])
      assert.equal(scopesOf(`a: ${number}`, number), 'constant.numeric.yaml', number);
    assert.equal(scopesOf('a: { b: true }', 'true'), 'constant.language.boolean.yaml');
    assert.equal(scopesOf('a: true story', 'true story'), 'string.unquoted.plain.yaml');
    assert.equal(scopesOf('a: "x\\n"', '\\n'), 'constant.character.escape.yaml');
    assert.equal(scopesOf('---', '---'), 'entity.other.document.begin.yaml');
    assert.equal(scopesOf('a: &b c', '&b'), 'entity.name.type.anchor.yaml');
    assert.equal(scopesOf('a: *b', '*b'), 'variable.other.alias.yaml');
    assert.equal(scopesOf('a: x#y # z', 'x#y'), 'string.unquoted.plain.yaml');
    assert.equal(scopesOf('a: |-\n  x: y\nb: c', '  x: y'), 'string.unquoted.block.yaml');
    assert.equal(scopesOf('- a', '-'), 'punctuation.definition.block.sequence.item.yaml');
  });

  it('The grammar colors the CEL in expressions', () => {
    const text =
      "when: services.exists(e, e.entryPoint && change(e.received, settings.window) >= 0.5) || service.name in ['a']";
    const expected: Readonly<Record<string, string>> = {
      services: 'variable.language.cel',
      exists: 'support.function.cel',
      change: 'support.function.cel',
      entryPoint: 'variable.other.property.cel',
      '&&': 'keyword.operator.logical.cel',
      '>=': 'keyword.operator.comparison.cel',
      '0.5': 'constant.numeric.cel',
      in: 'keyword.operator.word.cel',
      a: 'string.quoted.single.cel',
    };
    for (const [part, scope] of Object.entries(expected)) assert.equal(scopesOf(text, part), scope, part);
  });

  it('The grammar colors comments and strings as the lexer of the language reads them', () => {
    const expressions = [
      "a > 0 // don't",
      "service.name == '''don't''' && b",
      'service.name == """say "a""" && b',
      "service.name == r'\\'a' && b",
      'service.name == R"\\"a" && b',
      "service.name == b'a' && bar == 'c'",
      "service.name == '\\'' && b // c",
      'service.name == r"""a\\b""" && b',
      "service.name == '//' && b",
    ];
    for (const expression of expressions) {
      const { tokens, comments } = tokenize(expression);
      const strings = tokens.filter(({ type }) => type === 'string');
      const kindAt = (at: number): string => {
        const within = ({ start, end }: { start: number; end: number }): boolean => start <= at && at < end;
        return comments.some(within) ? 'comment' : strings.some(within) ? 'string' : 'code';
      };
      for (const { line, start, text, scopes } of pieces(`when: |\n  ${expression}\n`)) {
        if (line !== 1) continue;
        const kind = scopes.find((scope) => /^(?:comment|string)\..*\.cel$/.test(scope))?.split('.')[0] ?? 'code';
        for (let at = Math.max(0, start - 2); at < start - 2 + text.length; at++)
          if (expression[at] !== ' ') assert.equal(kind, kindAt(at), `${expression} at ${at}`);
      }
    }
  });

  it('The grammar names only scopes that themes know, and no colors', () => {
    const names = [...readFileSync(GRAMMAR, 'utf8').matchAll(/"(?:name|contentName)": "([^"]+)"/g)].map(
      (match) => match[1],
    );
    const known =
      /^(?:comment|constant|entity|keyword|meta|punctuation|storage|string|support|variable)\.[\w.-]+\.(?:yaml|cel)$/;
    assert.deepEqual(
      names.filter((name) => !known.test(name) && name !== 'KARMA Specification'),
      [],
    );
  });
});
