/** From the text of specification files to one model. Pure: no file is read, no clock, and no text makes it throw. */
import { closest } from './cel/problems.ts';
import type { Model } from './model.ts';
import { compareProblems, compareText, problem, type Problem } from './problem.ts';
import { resolveModel, type Entry } from './resolve/model.ts';
import { explainErrors } from './schema/explain.ts';
import { API_VERSION, KINDS, validatorOf, type Kind } from './schema/validators.ts';
import { quoted } from './schema/words.ts';
import { SourceObject } from './source-object.ts';
import { offsetsOf } from './text/locate.ts';
import { parseDocuments, type ParsedDocument } from './text/parse.ts';
import { rangeOf, readSource } from './text/source.ts';
import { plainValue } from './text/value.ts';

export interface SpecFile {
  /** Relative to the specification folder, with '/'. */
  readonly path: string;
  readonly text: string | Uint8Array;
}

export interface LoadOptions {
  /** Whether a file exists, by its path relative to the specification folder. Default: every file does. */
  readonly exists?: (path: string) => boolean;
}

/** A document of a file, with what it declares as far as that could be told. */
export interface SpecDocument extends ParsedDocument {
  readonly kind?: Kind;
  readonly name?: string;
}

export interface LoadResult {
  /** The objects whose text met their schema. Complete, and safe to run, only where no problem is an error. */
  readonly model: Model;
  /** Sorted by file and place. */
  readonly problems: readonly Problem[];
  readonly documents: readonly SpecDocument[];
}

export function loadSpecs(files: readonly SpecFile[], options: LoadOptions = {}): LoadResult {
  const problems: Problem[] = [];
  const documents: SpecDocument[] = [];
  const entries: Entry[] = [];
  let incomplete = false;
  for (const { path, text } of [...files].sort((a, b) => compareText(a.path, b.path))) {
    const source = readSource(path, text);
    if ('code' in source) {
      problems.push(source);
      incomplete = true;
      continue;
    }
    const parsed = parseDocuments(source);
    problems.push(...parsed.problems);
    if (parsed.documents.length === 0 && parsed.problems.length > 0) incomplete = true;
    for (const document of parsed.documents) {
      if (document.sound && isEmpty(document)) continue;
      const entry = readObject(document, problems);
      documents.push({ ...document, ...(entry ? { kind: entry.object.kind, name: entry.object.name } : {}) });
      if (entry) entries.push(entry);
      else incomplete = true;
    }
  }
  const model = resolveModel(entries, { incomplete, exists: options.exists ?? (() => true) });
  return { model, problems: problems.sort(compareProblems), documents };
}

const isEmpty = ({ yaml }: ParsedDocument): boolean =>
  yaml.contents === null || yaml.contents.range[0] === yaml.contents.range[1];

/** Undefined where kind or name cannot be told. `spec` is undefined where the text does not meet its schema. */
function readObject(document: ParsedDocument, problems: Problem[]): Entry | undefined {
  const { value, problems: found } = plainValue(document);
  if (document.sound) problems.push(...found);
  const kind = read(value, 'kind');
  const name = read(read(value, 'metadata'), 'name');
  if (!isKind(kind)) {
    if (document.sound && value !== undefined) reportKind(document, value, kind, problems);
    return undefined;
  }
  const object = new SourceObject(kind, typeof name === 'string' ? name : '', document, problems);
  let spec: unknown;
  if (document.sound && value !== undefined) {
    const apiVersion = read(value, 'apiVersion');
    const known = apiVersion === undefined || apiVersion === API_VERSION;
    if (!known) {
      const message = `apiVersion is ${quoted(apiVersion)}, which is not understood. Write ${API_VERSION}.`;
      object.report(['apiVersion'], 'unknown-api-version', message, { replaceBy: API_VERSION });
    }
    const validate = validatorOf(kind);
    const valid = validate(value);
    const errors = (validate.errors ?? []).filter(({ instancePath }) => known || instancePath !== '/apiVersion');
    if (!valid) explainErrors(object, value, errors);
    // A key that stands twice is a mistake, but what the other keys say can still be checked.
    if (valid) spec = read(value, 'spec');
  }
  return typeof name === 'string' && name !== '' ? { object, spec } : undefined;
}

const read = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined;

const isKind = (kind: unknown): kind is Kind => (KINDS as readonly unknown[]).includes(kind);

function reportKind(document: ParsedDocument, value: unknown, kind: unknown, problems: Problem[]): void {
  const { source, yaml } = document;
  const report = (path: string[], code: 'unknown-kind' | 'wrong-type' | 'missing-key', message: string, fix?: string): void => {
    const [start, end] = offsetsOf(yaml, path, 'value');
    const range = rangeOf(source, start, path.length > 0 ? end : Math.min(end, start + 1));
    const edit = fix === undefined ? undefined : { title: `Write ${fix}`, edits: [{ range, text: fix }] };
    problems.push(problem(source.path, range, code, message, edit));
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report([], 'wrong-type', 'The document must be a mapping with apiVersion, kind, metadata and spec.');
  } else if (kind === undefined) {
    report([], 'missing-key', `The key kind is missing in the document. Write one of ${KINDS.join(', ')}.`);
  } else {
    const suggestion = typeof kind === 'string' ? closest(kind, KINDS) : undefined;
    const advice = suggestion ? `Did you mean ${suggestion}?` : `Write one of ${KINDS.join(', ')}.`;
    report(['kind'], 'unknown-kind', `There is no kind ${quoted(kind)}. ${advice}`, suggestion);
  }
}
