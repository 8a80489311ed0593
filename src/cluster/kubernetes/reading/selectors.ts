/** Finds the series that a PromQL expression selects, without range and offset. Their samples give the age of its value. */

const WORD = /^[a-zA-Z_:][\w:]*/;
/** Words that do not name a series. */
const KEYWORDS = new Set(
  'and or unless bool on ignoring by without group_left group_right offset atan2 inf nan start end'.split(' '),
);
/** Words that precede a list of labels. */
const LABELS = new Set('on ignoring by without group_left group_right'.split(' '));

/** Returns the selectors in order, each once. Invalid PromQL gives an arbitrary result; the server reports the error. */
export function selectorsIn(expression: string): string[] {
  const found = new Set<string>();
  let rest = expression;
  let labelsNext = false;
  while (rest !== '') {
    const skipped = /^(?:\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\[[^\]]*\]|\d[\w.]*)/.exec(rest)?.[0];
    if (skipped !== undefined) {
      rest = rest.slice(skipped.length);
      continue;
    }
    const labels = labelsNext ? /^\([^)]*\)/.exec(rest)?.[0] : undefined;
    labelsNext = false;
    if (labels !== undefined) {
      rest = rest.slice(labels.length);
      continue;
    }
    const word = WORD.exec(rest)?.[0];
    if (word === undefined && !rest.startsWith('{')) {
      rest = rest.slice(1);
      continue;
    }
    const after = rest.slice(word?.length ?? 0);
    const matchers = /^\s*(\{(?:[^{}"'`]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\})/.exec(after);
    const keyword = word !== undefined && KEYWORDS.has(word.toLowerCase());
    const called = /^\s*\(/.test(after);
    const aggregated = /^\s*(?:by|without)\b/.test(after);
    if (matchers && !keyword) {
      found.add(`${word ?? ''}${matchers[1]}`);
      rest = after.slice(matchers[0].length);
      continue;
    }
    if (word === undefined) {
      rest = rest.slice(1);
      continue;
    }
    labelsNext = keyword && LABELS.has(word.toLowerCase());
    if (!keyword && !called && !aggregated) found.add(word);
    rest = after;
  }
  return [...found];
}
