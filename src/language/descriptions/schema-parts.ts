/** Schema parts in markdown, for hovers and completion. */
import { boundsWords, valueWords, type Part } from '../schema/part.ts';

/** What a field is: its description, kind of value, default and examples. */
export function describePart(part: Part): string {
  const facts = [`Value: ${valueWords(part)}`];
  const bounds = boundsWords(part);
  if (bounds) facts.push(bounds);
  const fallback = defaultWords(part);
  if (fallback) facts.push(`default \`${fallback}\``);
  const lines = [part.description ?? '', `${facts.join(', ')}.`];
  const examples = (part.examples ?? []).map((example) => `\`${valueText(example)}\``);
  if (examples.length > 0) lines.push(`For example: ${examples.join(', ')}`);
  return lines.filter((line) => line !== '').join('\n\n');
}

/** The default of a part as it would be written; undefined where there is none, or only an empty mapping. */
export function defaultWords(part: Part): string | undefined {
  const { default: value } = part;
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return undefined;
  return valueText(value);
}

/** A value as it would be written on one line. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, each]) => `${key}: ${valueText(each)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  return typeof value === 'string' ? plainOrQuoted(value) : String(value);
}

/** A text as a YAML scalar, on one line; in quotes where it would be read as something else, in brackets or outside. */
export function plainOrQuoted(text: string, inBrackets = true): string {
  const special =
    /^[-?:](?:\s|$)|^[,[\]{}#&*!|>'"%@`]|^$|: |:$| #|\n|^\s|\s$/.test(text) ||
    (inBrackets && /[,[\]{}]/.test(text)) ||
    /^(?:true|false|null|~|[-+.0-9][0-9.eE+-]*)$/i.test(text);
  return special ? JSON.stringify(text) : text;
}
