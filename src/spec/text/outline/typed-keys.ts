/**
 * A key without its colon, with other keys below at its column. The parser takes it for the text of the key or dash above, and gives the
 * other keys to the block around. Here they become entries of one mapping. Tokens of sound documents stay as they are.
 */
import type { CST } from 'yaml';

type Entries = CST.BlockMap['items'];

/** Entries that are indented further than their mapping go below the text that stands at their column. */
export function nestBelowTypedKeys(map: CST.BlockMap): void {
  const kept: Entries = [];
  let nested: CST.BlockMap | undefined;
  for (const item of entriesOf(map)) {
    const column = columnOf(item, map);
    const above = kept.at(-1);
    if (nested && column >= nested.indent) nested.items.push(item);
    else if (
      above &&
      isWord(above.value) &&
      column >= above.value.indent &&
      above.value.indent > columnOf(above, map)
    ) {
      nested = mapOf(above.value, [item]);
      above.value = nested;
    } else {
      nested = undefined;
      kept.push(item);
    }
  }
  map.items = kept;
}

/** A mapping without a dash goes below the text behind the dash above. */
export function joinTypedKeys(list: CST.BlockSequence): void {
  const kept: CST.BlockSequence['items'] = [];
  for (const item of list.items) {
    const above = kept.at(-1);
    const { value } = item;
    const stray = value?.type === 'block-map' && !item.start.some(isDash);
    if (stray && above && isWord(above.value) && above.value.indent === value.indent)
      above.value = mapOf(above.value, value.items);
    else if (value || item.start.some(isDash)) kept.push(item);
  }
  list.items = kept;
}

/** The parser puts what follows a list in the place of a key below that list, though it isn't indented further. */
function entriesOf(map: CST.BlockMap): Entries {
  const entries: Entries = [];
  // The items that are still to be looked at, the next one last.
  const left = map.items.toReversed();
  for (let item = left.pop(); item; item = left.pop()) {
    const { sep, value } = item;
    // Blanks and comments are items, too.
    if (sep || item.explicitKey) entries.push(item);
    if (value?.type !== 'block-map' || value.indent > columnOf(item, map) || sep?.some(isColon)) continue;
    delete item.value;
    for (const below of value.items.toReversed()) left.push(below);
  }
  return entries;
}

const columnOf = ({ key, explicitKey }: Entries[number], { indent }: CST.BlockMap): number =>
  key && 'indent' in key && !explicitKey ? key.indent : indent;

export const isColon = ({ type }: CST.SourceToken): boolean => type === 'map-value-ind';

const isDash = ({ type }: CST.SourceToken): boolean => type === 'seq-item-ind';

const isWord = (token: CST.Token | undefined): token is CST.FlowScalar =>
  token?.type === 'scalar' || token?.type === 'single-quoted-scalar' || token?.type === 'double-quoted-scalar';

const mapOf = (key: CST.FlowScalar, items: Entries): CST.BlockMap => ({
  type: 'block-map',
  offset: key.offset,
  indent: key.indent,
  items: [{ start: [], key, sep: [] }, ...items],
});
