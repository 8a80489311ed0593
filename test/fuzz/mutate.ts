/** Random damage to text, from a seed. */
import type { Random } from '../../src/cluster/random.ts';

const ODD = [
  '\t',
  '\0',
  '\u{feff}',
  '\u{2028}',
  '---\n',
  '...\n',
  '*x',
  '&x ',
  '!!binary ',
  '<<: *x',
  '? ',
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|',
  '>',
  '#',
  '%',
  '@',
  '`',
  ',',
  '~',
  'null',
  '.inf',
  '.nan',
  '1e999',
  '-0',
  '0x7fffffffffffffff',
  '__proto__',
  'constructor',
  'toString',
  '\\',
  '\\u0000',
  '💥',
  '\ud800',
  '-1',
  '99999999999999999999',
  'service.',
  'settings.',
  '((((',
  '&& ',
  '1/0',
  '\r',
  '\r\n',
];

/** One to four random changes of a text; one in eight results has bytes changed, and may not be UTF-8. */
export function mutate(text: string, random: Random): string | Uint8Array {
  let result = text;
  for (let left = random.integer(1, 4); left > 0; left--) result = change(result, random);
  if (random.uniform() > 0.125) return result;
  const bytes = Buffer.from(result);
  if (bytes.length > 0) bytes[random.integer(0, bytes.length - 1)] ^= 1 << random.integer(0, 7);
  return bytes;
}

function change(text: string, random: Random): string {
  const at = random.integer(0, text.length);
  const length = random.integer(1, random.pick([1, 3, 40]));
  const lines = text.split('\n');
  const line = random.integer(0, lines.length - 1);
  const other = random.integer(0, lines.length - 1);
  switch (random.integer(0, 8)) {
    case 0: // another character
      return (
        text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random.integer(0, 6))) + text.slice(at + 1)
      );
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + random.pick(ODD) + text.slice(at);
    case 3:
      return text.slice(0, at) + text.slice(at, at + length).repeat(random.integer(2, 4)) + text.slice(at + length);
    case 4: // a line twice
      return lines.toSpliced(line, 0, lines[line]).join('\n');
    case 5:
      return lines.toSpliced(line, 1).join('\n');
    case 6: // two lines swapped
      return lines.with(line, lines[other]).with(other, lines[line]).join('\n');
    case 7: // another indentation
      return lines.with(line, ' '.repeat(random.integer(0, 8)) + lines[line].trimStart()).join('\n');
    default: // cut off
      return random.uniform() < 0.2 ? text.slice(0, at) : text;
  }
}
