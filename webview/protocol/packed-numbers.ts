/** Lists of small whole numbers as short texts of printable ASCII, which JSON need not escape: messages have a limit. */

/** From '#' to '~' without the backslash. */
const FIRST = 0x23;
const BACKSLASH = 0x5c;
const BASE = 0x7e - FIRST;

/** Characters for each number of a list whose greatest is `most`. */
export function widthFor(most: number): number {
  let width = 1;
  for (let room = BASE; room <= most; room *= BASE) width++;
  return width;
}

/** Whole numbers from 0 to below 91^width. */
export function packNumbers(values: readonly number[], width: number): string {
  return values.map((value) => digits(value, width)).join('');
}

function digits(value: number, width: number): string {
  let text = '';
  for (let rest = value; text.length < width; rest = Math.floor(rest / BASE)) text = character(rest % BASE) + text;
  return text;
}

function character(digit: number): string {
  const code = FIRST + digit;
  return String.fromCharCode(code < BACKSLASH ? code : code + 1);
}

/** What `packNumbers` was given. Of a text that it did not write, some numbers. */
export function unpackNumbers(text: string, width: number): number[] {
  const values: number[] = [];
  for (let start = 0; start + width <= text.length; start += width) {
    let value = 0;
    for (let i = start; i < start + width; i++) {
      const code = text.charCodeAt(i);
      value = value * BASE + (code < BACKSLASH ? code : code - 1) - FIRST;
    }
    values.push(value);
  }
  return values;
}
