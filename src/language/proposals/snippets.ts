/** Texts of proposals: read, given another name, written between brackets. */
import { readSource } from '../../spec/text/source.ts';
import { contentSpan, documentsOf, find, plainValue } from '../../spec/text/outline/lookup.ts';

/** A part of a specification by itself, such as one document or one item of a list. */
export interface Snippet {
  readonly text: string;
  readonly value: unknown;
}

/** What stands there, without a document marker or the dash of an item. Undefined where it is no YAML. */
export function readSnippet(yaml: string): Snippet | undefined {
  const text = withoutDash(yaml.replace(/^---\r?\n/, '')).trimEnd();
  const source = readSource('proposal.karma.yaml', text);
  if ('code' in source) return undefined;
  const [{ root }] = documentsOf(source);
  return root ? { text, value: plainValue(root) } : undefined;
}

/** The same with another text under a path; undefined where nothing stands there. */
export function renamed({ text }: Snippet, path: readonly string[], name: string): string | undefined {
  const source = readSource('proposal.karma.yaml', text);
  if ('code' in source) return undefined;
  const [{ root }] = documentsOf(source);
  const node = find(root, path)?.value;
  if (node?.type !== 'scalar') return undefined;
  const { start, end } = contentSpan(node);
  return text.slice(0, start) + name + text.slice(end);
}

/** Comments in front keep their place; the lines of the item move to the left by the width of the dash. */
function withoutDash(text: string): string {
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const dash = /^(\s*)- +/.exec(lines[first] ?? '');
  if (!dash) return text;
  const width = dash[0].length;
  return lines
    .map((line, i) =>
      i < first ? line.trimStart() : i === first ? line.slice(width) : line.replace(/^ */, (pad) => pad.slice(width)),
    )
    .join('\n');
}

/** A value between brackets, on one line. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${key}: ${flowText(item)}`)
      .join(', ')} }`;
  if (typeof value !== 'string') return String(value);
  return /^[a-z][-a-z0-9]*$/.test(value) && !/^(?:true|false|null)$/.test(value) ? value : JSON.stringify(value);
}
