/** What one file declares, whatever the other files say. */
import { closest } from './closest.ts';
import { SPEC_CODES } from './problem-codes.ts';
import { problem, type Problem } from './problem.ts';
import { explainErrors } from './schema/explain.ts';
import { API_VERSION, KINDS, validatorOf, type Kind } from './schema/validators.ts';
import { quoted } from './schema/phrases.ts';
import { SourceObject } from './source-object.ts';
import { offsetsOf } from './text/locate.ts';
import { parseDocuments, type ParsedDocument } from './text/parse.ts';
import { moveDocument, moveProblem, sectionStarts } from './text/file-sections.ts';
import { rangeOf, readSource, sourceOf } from './text/source.ts';
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
  /** True where a part of the file gave no document: what it declares is not known. */
  readonly lost: boolean;
  /** What the content was put together from. */
  readonly sections: readonly Section[];
}

/** A part of a file that is read apart. Its content is that of the present place, and moves with it. */
interface Section {
  readonly text: string;
  readonly documents: readonly Omit<SpecDocument, 'source'>[];
  /** As if the section were the whole file. */
  readonly problems: readonly Problem[];
  readonly lost: boolean;
  /** Where the offsets of the documents are counted from. */
  start: number;
}

/**
 * Never throws. `before` is the content of the file as it was: its sections that are still there are taken over, not parsed
 * again, so that its documents are not to be used any more.
 */
export function readSpecFile({ path, text }: SpecFile, before?: FileContent): FileContent {
  const source = readSource(path, text);
  if ('code' in source) return { documents: [], problems: [source], lost: true, sections: [] };
  const starts = sectionStarts(source.text);
  const texts = starts.map((start, i) => source.text.slice(start, starts[i + 1]));
  const sections = reuseSections(before?.sections ?? [], texts, path);
  const documents: SpecDocument[] = [];
  const problems: Problem[] = [];
  sections.forEach((section, i) => {
    for (const document of section.documents) {
      moveDocument(document.yaml, starts[i] - section.start);
      documents.push({ ...document, source });
    }
    section.start = starts[i];
    const lines = source.lines.linePos(starts[i]).line - 1;
    for (const found of section.problems) problems.push(moveProblem(found, lines));
  });
  return { documents, problems, lost: sections.some(({ lost }) => lost), sections };
}

/** The sections of these texts: those of before at the beginning and at the end that are the same, and new ones between. */
function reuseSections(before: readonly Section[], texts: readonly string[], path: string): Section[] {
  const most = Math.min(before.length, texts.length);
  let first = 0;
  while (first < most && before[first].text === texts[first]) first++;
  let last = 0;
  while (last < most - first && before[before.length - 1 - last].text === texts[texts.length - 1 - last]) last++;
  return [
    ...before.slice(0, first),
    ...texts.slice(first, texts.length - last).map((text) => readSection(path, text)),
    ...before.slice(before.length - last),
  ];
}

function readSection(path: string, text: string): Section {
  // A copy: a slice would keep the whole text of the file that it was read from alive for as long as the section lives.
  const own = structuredClone(text);
  const source = sourceOf(path, own);
  const parsed = parseDocuments(source);
  const problems = [...parsed.problems];
  const documents = parsed.documents
    .filter((document) => !document.sound || !isEmpty(document))
    .map((document) => {
      const { yaml, sound } = document;
      return { yaml, sound, ...readObject(document, problems) };
    });
  const lost = documents.length === 0 && problems.length > 0;
  return { text: own, documents, problems, lost, start: 0 };
}

const isEmpty = ({ yaml }: ParsedDocument): boolean =>
  yaml.contents === null || yaml.contents.range[0] === yaml.contents.range[1];

/** `problems` takes what is wrong with it. */
function readObject(document: ParsedDocument, problems: Problem[]): Pick<SpecDocument, 'kind' | 'name' | 'spec'> {
  const { value, problems: found } = plainValue(document);
  if (document.sound) for (const each of found) problems.push(each); // there may be more than a call has arguments
  const kind = read(value, 'kind');
  const name = read(read(value, 'metadata'), 'name');
  if (!isKind(kind)) {
    if (document.sound && value !== undefined) reportKind(document, value, kind, problems);
    return {};
  }
  const declared = { kind, ...(typeof name === 'string' && name !== '' ? { name } : {}) };
  if (!document.sound || value === undefined) return declared;

  const object = new SourceObject({ kind, name: declared.name ?? '', document }, problems, SPEC_CODES);
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
    problems.push(problem(source.path, range, code, message, { fix: edit }));
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
