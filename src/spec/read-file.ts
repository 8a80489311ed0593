/** What one file declares, whatever the other files say. */
import { closest } from './cel/problems.ts';
import { problem, type Problem } from './problem.ts';
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

/** A document of a file, with what it declares as far as that could be told. */
export interface SpecDocument extends ParsedDocument {
  readonly kind?: Kind;
  readonly name?: string;
  /** In the shape of its kind's schema, with defaults; undefined where the text does not meet it. */
  readonly spec?: unknown;
}

export interface FileContent {
  readonly documents: readonly SpecDocument[];
  readonly problems: readonly Problem[];
}

/** Never throws. The content is not changed later, so that it can be kept as long as the text stays the same. */
export function readSpecFile({ path, text }: SpecFile): FileContent {
  const source = readSource(path, text);
  if ('code' in source) return { documents: [], problems: [source] };
  const parsed = parseDocuments(source);
  const problems = [...parsed.problems];
  const documents = parsed.documents
    .filter((document) => !document.sound || !isEmpty(document))
    .map((document) => ({ ...document, ...readObject(document, problems) }));
  return { documents, problems };
}

const isEmpty = ({ yaml }: ParsedDocument): boolean =>
  yaml.contents === null || yaml.contents.range[0] === yaml.contents.range[1];

/** `problems` takes what is wrong with it. */
function readObject(document: ParsedDocument, problems: Problem[]): Pick<SpecDocument, 'kind' | 'name' | 'spec'> {
  const { value, problems: found } = plainValue(document);
  if (document.sound) problems.push(...found);
  const kind = read(value, 'kind');
  const name = read(read(value, 'metadata'), 'name');
  if (!isKind(kind)) {
    if (document.sound && value !== undefined) reportKind(document, value, kind, problems);
    return {};
  }
  const declared = { kind, ...(typeof name === 'string' && name !== '' ? { name } : {}) };
  if (!document.sound || value === undefined) return declared;

  const object = new SourceObject(kind, declared.name ?? '', document, problems);
  const apiVersion = read(value, 'apiVersion');
  const known = apiVersion === undefined || apiVersion === API_VERSION;
  if (!known) {
    const message = `apiVersion is ${quoted(apiVersion)}, which is not understood. Write ${API_VERSION}.`;
    object.report(['apiVersion'], 'unknown-api-version', message, { replaceBy: API_VERSION });
  }
  const validate = validatorOf(kind);
  if (validate(value)) return { ...declared, spec: read(value, 'spec') };
  const errors = (validate.errors ?? []).filter(({ instancePath }) => known || instancePath !== '/apiVersion');
  explainErrors(object, value, errors);
  return declared;
}

const read = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)[key]
    : undefined;

const isKind = (kind: unknown): kind is Kind => (KINDS as readonly unknown[]).includes(kind);

function reportKind(document: ParsedDocument, value: unknown, kind: unknown, problems: Problem[]): void {
  const { source, yaml } = document;
  const report = (
    path: string[],
    code: 'unknown-kind' | 'wrong-type' | 'missing-key',
    message: string,
    fix?: string,
  ): void => {
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
