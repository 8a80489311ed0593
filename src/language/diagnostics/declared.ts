/** The objects of a folder with their text, which the checks that go beyond the loader's read. */
import { CheckedExpressions, type CheckedExpression, type CheckOptions } from '../../spec/cel/check.ts';
import type { Model, Role, RoleRule } from '../../spec/model.ts';
import type { Problem } from '../../spec/problem.ts';
import type { Kind } from '../../spec/schema/validators.ts';
import { SourceObject } from '../../spec/source-object.ts';
import type { FolderView } from '../folder-view.ts';
import { DIAGNOSTIC_CODES, type DiagnosticCode } from './diagnostic-codes.ts';

const LISTS = {
  Cluster: 'clusters',
  Role: 'roles',
  Mission: 'missions',
  Organization: 'organizations',
  Scenario: 'scenarios',
  Training: 'trainings',
  Transfer: 'transfers',
} as const satisfies Record<Kind, keyof Model>;

export type ValueOf<K extends Kind> = Model[(typeof LISTS)[K]][number];

export interface Declared<K extends Kind> {
  readonly object: SourceObject<DiagnosticCode>;
  readonly value: ValueOf<K>;
  /** In the shape of its schema, with defaults. */
  readonly spec: unknown;
}

/** The part of a folder's view that diagnostics read; who reads a folder once need not remember its expressions. */
export type DiagnosedFolder = Pick<FolderView, 'model' | 'documents' | 'problems'> &
  Partial<Pick<FolderView, 'expressions'>>;

export class DeclaredObjects {
  readonly model: Model;
  readonly problems: Problem[] = [];
  /** False where a document is not understood, so that a missing name proves nothing. */
  readonly complete: boolean;
  readonly #expressions: CheckedExpressions;
  readonly #byKind: ReadonlyMap<Kind, readonly Declared<Kind>[]>;

  constructor({ model, documents, problems, expressions = new CheckedExpressions() }: DiagnosedFolder) {
    this.model = model;
    this.#expressions = expressions;
    this.complete = documents.every(({ spec }) => spec !== undefined);
    const errors = new Map<string, number[]>();
    for (const { file, severity, range } of problems) {
      if (severity !== 'error') continue;
      const lines = errors.get(file);
      if (lines) lines.push(range.start.line);
      else errors.set(file, [range.start.line]);
      if (range.start.line === 1 && !documents.some(({ source }) => source.path === file)) this.complete = false;
    }
    const byKind = new Map<Kind, Declared<Kind>[]>();
    const names = new Set<string>();
    for (const document of documents) {
      const { kind, name, spec, source, yaml } = document;
      if (kind === undefined || name === undefined || spec === undefined || names.has(`${kind}/${name}`)) continue;
      names.add(`${kind}/${name}`);
      const [start, , end] = yaml.range;
      const first = source.lines.linePos(start).line;
      const last = source.lines.linePos(end).line;
      // An object with an error has to be corrected first: what else is odd about it may follow from the error.
      if (errors.get(source.path)?.some((line) => line >= first && line <= last)) continue;
      const value = (model[LISTS[kind]] as readonly ValueOf<Kind>[]).find((each) => each.name === name);
      if (!value) continue;
      const declared = {
        object: new SourceObject({ kind, name, document }, this.problems, DIAGNOSTIC_CODES),
        value,
        spec,
      };
      byKind.set(kind, [...(byKind.get(kind) ?? []), declared]);
    }
    this.#byKind = byKind;
  }

  /** Those without errors, in the order of the files. */
  of<K extends Kind>(kind: K): readonly Declared<K>[] {
    // The map has the objects of a kind under that kind, which its type cannot say.
    return (this.#byKind.get(kind) ?? []) as unknown as readonly Declared<K>[];
  }

  find<K extends Kind>(kind: K, name: string): Declared<K> | undefined {
    return this.of(kind).find(({ value }) => value.name === name);
  }

  /** The expression of a text; undefined where it has problems, which the loader reports. */
  expression(text: string, options: CheckOptions): CheckedExpression | undefined {
    return this.#expressions.check(text, options).expression;
  }

  /** The condition of a rule. */
  conditionOf({ settings }: Role, { when }: RoleRule): CheckedExpression | undefined {
    return this.expression(when, { result: 'bool', settings: Object.keys(settings), service: true });
  }
}
