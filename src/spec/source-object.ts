/** One object of a specification file, and the way to report problems in it. */
import { isScalar, type Scalar } from 'yaml';
import type { Origin } from './model.ts';
import { problemOf, type Fix, type Problem, type Range, type RelatedPlace } from './problem.ts';
import type { CodeTable, SpecCode } from './problem-codes.ts';
import type { Kind } from './schema/validators.ts';
import { follow, locate, offsetsOf, type Path } from './text/locate.ts';
import type { ParsedDocument } from './text/parse.ts';
import { rangeOf } from './text/source.ts';

export interface ReportOptions {
  /** Mark the key instead of the value. */
  readonly at?: 'key' | 'value';
  /** Replace what is marked. */
  readonly replaceBy?: string;
  readonly fix?: Fix | undefined;
  readonly related?: readonly RelatedPlace[];
}

/** `Code`: the codes that can be reported of it, those of one layer. */
export class SourceObject<Code extends string = SpecCode> {
  readonly kind: Kind;
  readonly name: string;
  readonly document: ParsedDocument;
  readonly problems: Problem[];
  readonly codes: CodeTable<Code>;

  constructor(
    { kind, name, document }: { readonly kind: Kind; readonly name: string; readonly document: ParsedDocument },
    problems: Problem[],
    codes: CodeTable<Code>,
  ) {
    this.kind = kind;
    this.name = name;
    this.document = document;
    this.problems = problems;
    this.codes = codes;
  }

  get file(): string {
    return this.document.source.path;
  }

  get origin(): Origin {
    return { file: this.file, line: this.range(['metadata', 'name']).start.line };
  }

  range(path: Path, at: 'key' | 'value' = 'value'): Range {
    const [start, end] = offsetsOf(this.document.yaml, path, at);
    return rangeOf(this.document.source, start, end);
  }

  /** The scalar at a path, through an alias. */
  scalar(path: Path): Scalar | undefined {
    const node = follow(this.document.yaml, locate(this.document.yaml, path)?.value);
    return isScalar(node) ? node : undefined;
  }

  /** For the related places of a problem. */
  place(path: Path, message: string, at: 'key' | 'value' = 'value'): RelatedPlace {
    return { file: this.file, range: this.range(path, at), message };
  }

  report(path: Path, code: Code, message: string, options: ReportOptions = {}): void {
    const range = this.range(path, options.at);
    // What is not written has no place of its own that could be replaced.
    const replaceBy = locate(this.document.yaml, path) ? options.replaceBy : undefined;
    const fix =
      options.fix ??
      (replaceBy === undefined ? undefined : { title: `Write ${replaceBy}`, edits: [{ range, text: replaceBy }] });
    this.problems.push(problemOf(this.codes[code], this.file, range, code, message, { fix, related: options.related }));
  }
}
