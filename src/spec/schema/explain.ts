/** Explains why a document does not meet its schema, in plain sentences at the place in the text: one problem for one mistake. */
import type { ErrorObject } from 'ajv';
import { closest } from '../closest.ts';
import { removeItem } from '../edits.ts';
import type { SourceObject } from '../source-object.ts';
import type { Path } from '../text/locate.ts';
import { isUnit, unitHint } from '../unit-hints.ts';
import { label, quoted, typeOf, typeWords } from './phrases.ts';

interface Part {
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly oneOf?: readonly { readonly $ref?: string; readonly required?: readonly string[] }[];
  readonly enum?: readonly unknown[];
}

/** More errors than anyone reads: comparing each with all others would take long. */
const MOST_ERRORS = 200;

export function explainErrors(object: SourceObject, value: unknown, all: readonly ErrorObject[]): void {
  const errors = all.slice(0, MOST_ERRORS);
  const told = new Set<string>();
  for (const error of [...errors].sort((a, b) => weight(a) - weight(b))) {
    if (isPartOfAnother(error, errors)) continue;
    const path = pathOf(error.instancePath, value);
    // An unknown or missing key is a mistake of its own; for one value, only the first of its errors is reported.
    const own =
      error.keyword === 'additionalProperties' || error.keyword === 'required' || error.keyword === 'propertyNames';
    if (!own) {
      if (told.has(error.instancePath)) continue;
      told.add(error.instancePath);
    }
    reportSchemaError(object, path, error, errors);
  }
}

/** Where one value has several errors, its type is the mistake and the rest follows from it. */
const weight = (error: ErrorObject): number => (error.keyword === 'type' || error.keyword === 'discriminator' ? 0 : 1);

function isPartOfAnother(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (/\/oneOf\/\d+\/required$/.test(error.schemaPath)) return true; // told by oneOf
  if (error.propertyName !== undefined && error.keyword !== 'propertyNames') return true; // told by propertyNames
  if (error.keyword === 'discriminator' && error.params.error === 'tag' && error.params.tagValue === undefined)
    return true; // told by required
  if (error.keyword === 'if') return true;
  const missing = error.keyword === 'required' ? (error.params.missingProperty as string) : undefined;
  return (
    missing !== undefined &&
    all.some((other) => other.instancePath === error.instancePath && meant(other, all) === missing)
  );
}

/** The key that an unknown one was probably meant to be. Missing keys are preferred. */
function meant(error: ErrorObject, all: readonly ErrorObject[]): string | undefined {
  if (error.keyword !== 'additionalProperties') return undefined;
  const key = error.params.additionalProperty as string;
  const missing = all
    .filter((other) => other.keyword === 'required' && other.instancePath === error.instancePath)
    .map((other) => other.params.missingProperty as string);
  return closest(key, missing) ?? closest(key, Object.keys((error.parentSchema as Part).properties ?? {}));
}

function reportSchemaError(object: SourceObject, path: Path, error: ErrorObject, all: readonly ErrorObject[]): void {
  const part = error.parentSchema as Part;
  const name = label(path);
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = error.params.additionalProperty as string;
      const allowed = Object.keys(part.properties ?? {});
      const suggestion = meant(error, all);
      const advice = suggestion ? `Did you mean ${suggestion}?` : `Allowed here: ${allowed.join(', ') || 'nothing'}.`;
      const options = suggestion ? ({ at: 'key', replaceBy: suggestion } as const) : ({ at: 'key' } as const);
      object.report([...path, key], 'unknown-key', `Unknown key ${quoted(key)} in ${name}. ${advice}`, options);
      return;
    }
    case 'required': {
      const key = error.params.missingProperty as string;
      object.report(path, 'missing-key', `The key ${key} is missing in ${name}. Add it.`, { at: 'key' });
      return;
    }
    case 'propertyNames': {
      const key = error.params.propertyName as string;
      const message = `The name ${quoted(key)} is not allowed: use letters and digits, a letter first.`;
      object.report([...path, key], 'invalid-name', message, { at: 'key' });
      return;
    }
    case 'oneOf': {
      const keys = (part.oneOf ?? []).flatMap((branch) => branch.required ?? []);
      const message = `Exactly one of ${keys.join(', ')} is needed in ${name}. Keep or add one.`;
      object.report(path, 'one-of', message, { at: 'key' });
      return;
    }
    case 'discriminator': {
      const allowed = (part.oneOf ?? []).map((branch) => branch.$ref?.split('/').at(-1) ?? '');
      wrongValue(object, [...path, 'type'], error.params.tagValue, allowed);
      return;
    }
    case 'enum':
    case 'const':
      wrongValue(object, path, error.data, part.enum ?? [error.params.allowedValue]);
      return;
    default:
      explainValue(object, path, error, part);
  }
}

function explainValue(object: SourceObject, path: Path, error: ErrorObject, part: Part): void {
  const name = label(path);
  const { data } = error;
  const limit = error.params.limit as number;
  if (isUnit(part.title) && ['type', 'pattern', 'minimum', 'maximum', 'exclusiveMinimum'].includes(error.keyword)) {
    const { allowed, suggestion } = unitHint(part.title, data);
    const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`;
    const code =
      typeof data === 'object' || typeof data === 'boolean'
        ? 'wrong-type'
        : error.keyword.includes('imum')
          ? 'out-of-range'
          : 'bad-unit';
    const options = suggestion === undefined ? {} : { replaceBy: suggestion };
    object.report(path, code, `${name} is ${typeOf(data)}, but must be ${allowed}.${hint}`, options);
    return;
  }
  switch (error.keyword) {
    case 'type':
      wrongType(object, path, data, part);
      return;
    case 'pattern':
      wrongPattern(object, path, data as string, part);
      return;
    case 'minimum':
    case 'exclusiveMinimum':
    case 'maximum':
    case 'exclusiveMaximum': {
      const bound = { minimum: 'at least', exclusiveMinimum: 'above', maximum: 'at most', exclusiveMaximum: 'below' };
      object.report(path, 'out-of-range', `${name} is ${String(data)}, but must be ${bound[error.keyword]} ${limit}.`);
      return;
    }
    case 'minItems':
    case 'maxItems': {
      const length = (data as unknown[]).length;
      const words = error.keyword === 'minItems' ? 'at least' : 'at most';
      object.report(
        path,
        'wrong-length',
        `${name} has ${count(length, 'entry', 'entries')}, but needs ${words} ${limit}.`,
      );
      return;
    }
    case 'minProperties':
      object.report(path, 'wrong-length', `${name} is empty. Add an entry.`);
      return;
    case 'minLength':
      object.report(path, 'wrong-length', `${name} is empty. Write something.`);
      return;
    case 'maxLength':
      object.report(
        path,
        part.title === 'name' ? 'invalid-name' : 'wrong-length',
        `${name} is longer than ${limit} characters. Shorten it.`,
      );
      return;
    case 'uniqueItems': {
      const index = Math.max(error.params.i as number, error.params.j as number);
      const entry = (data as unknown[])[index];
      object.report([...path, index], 'repeated-entry', `${quoted(entry)} stands twice in ${name}. Remove one.`, {
        fix: removeItem(object, path, index, 'Remove it'),
        related: [
          object.place([...path, Math.min(error.params.i as number, error.params.j as number)], 'The same entry.'),
        ],
      });
      return;
    }
    default:
      object.report(path, 'wrong-value', `${name} ${error.message ?? 'is not allowed'}. Correct it.`);
  }
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

function wrongValue(object: SourceObject, path: Path, data: unknown, allowed: readonly unknown[]): void {
  const words = allowed.map(String);
  const suggestion = typeof data === 'string' ? closest(data, words) : undefined;
  const advice = suggestion
    ? `Did you mean ${suggestion}?`
    : `Write ${words.length > 1 ? `one of ${words.join(', ')}` : words[0]}.`;
  const only = words.length === 1 ? words[0] : suggestion;
  const message = `${label(path)} is ${quoted(data)}, which is not ${words.length > 1 ? 'one of the values allowed' : 'allowed'}. ${advice}`;
  object.report(path, 'wrong-value', message, only === undefined ? {} : { replaceBy: only });
}

function wrongType(object: SourceObject, path: Path, data: unknown, part: Part): void {
  const wanted = typeof part.type === 'string' ? [part.type] : (part.type ?? []);
  const message = `${label(path)} is ${typeOf(data)}, but must be ${typeWords(wanted)}.`;
  const fix = retyped(data, wanted);
  object.report(path, 'wrong-type', fix ? `${message} Write ${fix}.` : message, fix ? { replaceBy: fix } : {});
}

/** The same value in the wanted type: "5" -> 5, 5 -> "5", a -> [a]. */
function retyped(data: unknown, wanted: readonly string[]): string | undefined {
  if (typeof data === 'string') {
    const number = wanted.includes('number') ? /^-?[0-9]+(\.[0-9]+)?$/ : /^-?[0-9]+$/;
    if ((wanted.includes('number') || wanted.includes('integer')) && number.test(data)) return data;
    if (wanted.includes('boolean') && /^(yes|true|on)$/i.test(data)) return 'true';
    if (wanted.includes('boolean') && /^(no|false|off)$/i.test(data)) return 'false';
    if (wanted.includes('array') && /^[a-z0-9-]+$/.test(data)) return `[${data}]`;
  }
  if ((typeof data === 'number' || typeof data === 'boolean') && wanted.includes('string')) return `"${String(data)}"`;
  return undefined;
}

function wrongPattern(object: SourceObject, path: Path, data: string, part: Part): void {
  if (part.title !== 'name') {
    const example = (part as { examples?: readonly unknown[] }).examples?.[0];
    const advice = example === undefined ? '' : ` Write it like ${String(example)}.`;
    object.report(path, 'wrong-value', `${label(path)} is ${quoted(data)}, which is not understood.${advice}`);
    return;
  }
  const better = data
    .slice(0, 200)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const message = `The name ${quoted(data)} is not allowed: use lower-case letters, digits and '-', as in Kubernetes.`;
  object.report(path, 'invalid-name', message, better ? { replaceBy: better } : {});
}

/** ajv's JSON pointer as a path. Steps into lists become numbers. */
function pathOf(pointer: string, value: unknown): Path {
  const path: (string | number)[] = [];
  let here = value;
  for (const raw of pointer.split('/').slice(1)) {
    const step = raw.replace(/~1/g, '/').replace(/~0/g, '~');
    path.push(Array.isArray(here) ? Number(step) : step);
    here = (here as Record<string, unknown> | null)?.[step];
  }
  return path;
}
