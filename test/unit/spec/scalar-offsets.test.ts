import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isMap, isScalar, Document, parseDocument, Scalar } from 'yaml';
import { scalarOffsets } from '../../../src/spec/text/scalar-offsets.ts';

/** The scalar of the first pair of a document. */
function scalarOf(text: string): Scalar {
  const { contents, errors } = parseDocument(text);
  assert.deepEqual(errors, []);
  assert.ok(isMap(contents) && isScalar(contents.items[0].value));
  return contents.items[0].value;
}

/** Each character of the value beside the text at its offset. */
function traced(text: string): string {
  const scalar = scalarOf(text);
  const offsets = scalarOffsets(text, scalar);
  return [...String(scalar.value)].map((character, index) => `${character}${text[offsets[index]]}`).join(' ');
}

describe('scalar offsets', () => {
  it('Scalar offsets map a plain scalar to itself', () => {
    const text = 'when: a > b # why';
    const offsets = scalarOffsets(text, scalarOf(text));
    assert.deepEqual([...offsets], [6, 7, 8, 9, 10, 11]);
  });

  it('Scalar offsets skip doubled quotes', () => {
    const text = "when: 'a == ''x'' && b'";
    const offsets = scalarOffsets(text, scalarOf(text));
    assert.equal(text[offsets["a == 'x' && b".indexOf('b')]], 'b');
    assert.equal(offsets["a == 'x'".indexOf("'")], text.indexOf("''"));
    assert.equal(offsets.at(-1), text.length - 1, 'the end is before the closing quote');
  });

  it('Scalar offsets skip escapes', () => {
    const text = 'when: "a == \\"x\\" \\u0026& \\x62"';
    const offsets = scalarOffsets(text, scalarOf(text));
    const value = 'a == "x" && b';
    assert.equal(scalarOf(text).value, value);
    assert.equal(offsets[value.indexOf('"')], text.indexOf('\\"'));
    assert.equal(offsets[value.indexOf('&')], text.indexOf('\\u'));
    assert.equal(offsets[value.indexOf('&') + 1], text.indexOf('&'));
    assert.equal(offsets[value.indexOf('b')], text.indexOf('\\x'));
  });

  it('Scalar offsets follow a plain scalar over lines, with line breaks of both kinds', () => {
    assert.equal(traced('when: ab  \n\n   cd\n   ef\n'), 'aa bb \n  cc dd  \n ee ff');
    assert.equal(traced('when: ab\r\n  cd\r\n'), 'aa bb  \r cc dd');
  });

  it('Scalar offsets follow quoted scalars over lines', () => {
    assert.equal(traced("when: 'ab\n\n\n   cd '\n"), 'aa bb \n\n \n\n cc dd   ');
    assert.equal(traced('when: "ab\\\n   cd \n   ef"\n'), 'aa bb cc dd  \n ee ff');
  });

  it('Scalar offsets follow literal blocks, with and without an indentation indicator', () => {
    assert.equal(traced('when: |\n  ab\n   c\n\n  d\n'), 'aa bb \n\n    cc \n\n \n\n dd \n\n');
    assert.equal(traced('when: |2-\n   a\n  b\n'), '   aa \n\n bb');
    assert.equal(traced('when: |+\n  a\n\n'), 'aa \n\n \n\n');
  });

  it('Scalar offsets follow folded blocks', () => {
    assert.equal(traced('when: >-\n  ab\n  cd\n\n  ef\n'), 'aa bb  \n cc dd \n\n ee ff');
    assert.equal(traced('when: >\n  ab\n   more\n  cd\n'), 'aa bb \n\n    mm oo rr ee \n\n cc dd \n\n');
  });

  it('Scalar offsets have the place of an empty value', () => {
    assert.deepEqual([...scalarOffsets("when: ''", scalarOf("when: ''"))], [7]);
    assert.equal(scalarOffsets('when: |\n', scalarOf('when: |\n')).length, 1);
  });

  it('Scalar offsets find every letter of any value, however it is written', () => {
    const styles = [
      Scalar.PLAIN,
      Scalar.QUOTE_SINGLE,
      Scalar.QUOTE_DOUBLE,
      Scalar.BLOCK_LITERAL,
      Scalar.BLOCK_FOLDED,
    ] as const;
    const values = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ' ', '\n', "'", '"', '\\', ':', '#', 'é', '\t'), {
      minLength: 1,
      maxLength: 60,
    });
    const property = fc.property(
      values,
      fc.constantFrom(...styles),
      fc.integer({ min: 20, max: 60 }),
      (parts, style, width) => {
        const scalar = new Scalar(parts.join(''));
        scalar.type = style;
        const text = new Document({ deep: { when: scalar } }).toString({ lineWidth: width });
        const parsed = parseDocument(text).getIn(['deep', 'when'], true);
        fc.pre(isScalar(parsed)); // the writer of the library does not quote all that needs it
        const value = String(parsed.value);
        const offsets = scalarOffsets(text, parsed);
        assert.equal(offsets.length, value.length + 1);
        for (let i = 0; i < value.length; i++) {
          if (i > 0)
            assert.ok(
              offsets[i] >= offsets[i - 1],
              `offsets never decrease: ${JSON.stringify({ text, offsets: [...offsets] })}`,
            );
          if (/[a-dé]/.test(value[i])) assert.equal(text[offsets[i]], value[i], JSON.stringify(text));
        }
      },
    );
    fc.assert(property, { seed: 7, numRuns: 3000 });
  });
});
