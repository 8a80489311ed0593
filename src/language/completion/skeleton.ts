/** Texts for values that are not written yet: what a part needs, with tab stops. */
import type { FolderNames } from '../names/folder-names.ts';
import type { DeclaredObject } from '../names/file-names.ts';
import { namePlace } from '../names/places.ts';
import {
  alternatives,
  isExpression,
  isListPart,
  isMapPart,
  itemOf,
  propertyOf,
  typesOf,
  type Part,
} from '../schema/part.ts';
import { plainOrQuoted, valueText } from '../descriptions/schema-parts.ts';
import { escapeSnippet } from './completion.ts';
import { freeName } from './objects.ts';

const STEP = '  ';
/** Mappings with at most so many keys, all of them short, are written on one line. */
const MOST_ON_LINE = 4;
/** A choice of more values is no help; completion lists them. */
const MOST_CHOICES = 12;

export class Skeleton {
  readonly #names: FolderNames;
  readonly #object: DeclaredObject;
  #stops = 0;

  constructor(names: FolderNames, object: DeclaredObject) {
    this.#names = names;
    this.#object = object;
  }

  /** ` value` after a key in braces. */
  flow(part: Part, shape: string): string {
    // Of the types of a load the simplest.
    if (part.discriminator) return `{ type: constant, rate: ${this.#stop('60%')} }`;
    if (isMapPart(part) && !typesOf(part).some((type) => type !== 'object')) {
      const required = needed(part);
      if (required.length === 0) return `{ ${this.#stop('')} }`;
      return `{ ${required.map((key) => `${key}: ${this.flow(propertyOf(part, key)!, `${shape}.${key}`)}`).join(', ')} }`;
    }
    if (onlyList(part)) {
      const item = itemOf(part);
      const count = Math.max(1, part.minItems ?? 1);
      const example = part.examples?.[0] ?? part.default;
      if (Array.isArray(example) && item && !isMapPart(item) && !namePlace(this.#object.kind!, `${shape}[]`))
        return `[${example.map((value) => this.#stop(valueText(value))).join(', ')}]`;
      return `[${Array.from({ length: count }, () => (item ? this.flow(item, `${shape}[]`) : this.#stop(''))).join(', ')}]`;
    }
    return this.#scalar(part, shape, true);
  }

  /** What stands after `key:` in a block whose keys are indented by `pad`. */
  block(part: Part, shape: string, pad: string): string {
    if (onlyList(part)) {
      const item = itemOf(part);
      if (!item || !isMapPart(item)) return ` ${this.flow(part, shape)}`;
      return `\n${pad}${STEP}- ${this.item(item, `${shape}[]`, `${pad}${STEP}${STEP}`)}`;
    }
    if (!isMapPart(part)) return ` ${this.#scalar(part, shape)}`;
    if (part.discriminator) return ` ${this.flow(part, shape)}`;
    const required = needed(part);
    if (required.length === 0) return `\n${pad}${STEP}${this.#stop('')}`;
    if (this.#fitsOnLine(part)) return ` ${this.flow(part, shape)}`;
    return `\n${pad}${STEP}${this.entries(part, shape, `${pad}${STEP}`)}`;
  }

  /** A list item after its dash; its further keys are indented by `pad`. */
  item(part: Part, shape: string, pad: string): string {
    if (!isMapPart(part)) return this.#scalar(part, shape);
    if (part.discriminator) return this.flow(part, shape);
    if (needed(part).length === 0) return this.#stop('');
    return this.#fitsOnLine(part) && needed(part).length > 1 ? this.flow(part, shape) : this.entries(part, shape, pad);
  }

  /** The needed entries, one a line, without the first indentation. */
  entries(part: Part, shape: string, pad: string): string {
    return needed(part)
      .map((key) => `${key}:${this.block(propertyOf(part, key)!, `${shape}.${key}`, pad)}`)
      .join(`\n${pad}`);
  }

  #fitsOnLine(part: Part): boolean {
    const required = needed(part);
    const flat = required.every((key) => {
      const property = propertyOf(part, key)!;
      return !isMapPart(property) && property.title !== 'expression' && !isListOfMaps(property);
    });
    return required.length > 0 && required.length <= MOST_ON_LINE && flat;
  }

  #scalar(part: Part, shape: string, inBrackets = false): string {
    if (part.const !== undefined) return escapeSnippet(String(part.const));
    const place = this.#object.kind && namePlace(this.#object.kind, shape);
    const names =
      place && !place.declares ? this.#names.candidates(place.kind, this.#object).map(({ name }) => name) : [];
    const choices = part.enum?.map(String) ?? names;
    if (choices.length > 1 && choices.length <= MOST_CHOICES)
      return `\${${++this.#stops}|${choices.map(escapeChoice).join(',')}|}`;
    if (shape === 'metadata.name' && this.#object.kind) return this.#stop(freeName(this.#object.kind, this.#names));
    // An example may read a setting that is not there.
    if (isExpression(part) && String(part.examples?.[0]).includes('settings.'))
      return this.#stop('service.pending > 5');
    const proposed =
      choices[0] ?? part.default ?? part.examples?.[0] ?? (typesOf(part).includes('boolean') ? true : undefined);
    return this.#stop(
      proposed === undefined
        ? ''
        : typeof proposed === 'string'
          ? plainOrQuoted(proposed, inBrackets)
          : valueText(proposed),
    );
  }

  #stop(proposed: string): string {
    const stop = ++this.#stops;
    return proposed === '' ? `$${stop}` : `\${${stop}:${escapeSnippet(proposed)}}`;
  }
}

const escapeChoice = (text: string): string => text.replace(/[\\,|$}]/g, '\\$&');

/** Keys that have to stand: those required, and the first of those of which one is needed. */
export function needed(part: Part): readonly string[] {
  const required = part.required ?? [];
  const choice = alternatives(part);
  return choice.length > 0 ? [choice[0], ...required] : required;
}

const onlyList = (part: Part): boolean => isListPart(part) && !typesOf(part).some((type) => type !== 'array');

function isListOfMaps(part: Part): boolean {
  const item = isListPart(part) ? itemOf(part) : undefined;
  return item !== undefined && isMapPart(item);
}
