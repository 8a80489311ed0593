/** The tables of docs/spec.md, from the schemas, the vocabulary and the problem codes. */
import { CLUSTER_VOCABULARY, FUNCTIONS, ROOTS, SERVICE_VOCABULARY } from '../../src/spec/cel/vocabulary.ts';
import { PROBLEM_CODES } from '../../src/language/diagnostics/diagnostic-codes.ts';
import { exampleRows } from './problem-examples.ts';
import { COMMON_SCHEMA, KINDS, SCHEMAS } from '../../src/spec/schema/validators.ts';

export const SPEC_DOCUMENT = 'docs/spec.md';

interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** The document with every part between `<!-- name -->` and `<!-- /name -->` written anew. */
export function withTables(document: string): string {
  return document.replace(/<!-- ([a-zA-Z-]+) -->\n[^]*?<!-- \/\1 -->/g, (_, name: string) => {
    return `<!-- ${name} -->\n\n${tableOf(name)}\n\n<!-- /${name} -->`;
  });
}

function tableOf(name: string): string {
  switch (name) {
    case 'variables':
      return table(
        ['variable', 'is'],
        Object.entries(ROOTS).map(([root, about]) => [code(root), about]),
      );
    case 'service-fields':
      return fields(SERVICE_VOCABULARY);
    case 'cluster-fields':
      return fields(CLUSTER_VOCABULARY);
    case 'functions':
      return table(
        ['function', 'gives', 'example'],
        FUNCTIONS.map(({ signature, about, example }) => [code(signature), about, code(example)]),
      );
    case 'problem-codes':
      return table(
        ['code', 'severity', 'what is wrong', 'what to do'],
        Object.entries(PROBLEM_CODES).map(([id, { severity, about, todo }]) => [code(id), severity, about, todo]),
      );
    case 'problem-examples':
      return table(
        ['code', 'for example', 'what is said'],
        exampleRows().map(([id, line, message]) => [code(id), line === '' ? '' : code(line), inText(message)]),
      );
    default: {
      const kind = KINDS.find((each) => each.toLowerCase() === name);
      if (!kind) throw new Error(`${SPEC_DOCUMENT} asks for a table ${name}, which is not known.`);
      const schema = SCHEMAS[kind] as Schema;
      return table(['field of spec', 'value', 'default', 'meaning'], rows(schema.properties!.spec, schema, ''));
    }
  }
}

const fields = (vocabulary: typeof SERVICE_VOCABULARY | typeof CLUSTER_VOCABULARY): string =>
  table(
    ['field', 'type', 'unit', 'is'],
    Object.entries(vocabulary).map(([name, { type, unit, about }]) => [code(name), type, unit, about]),
  );

/** One row for each key below a schema, depth first. */
function rows(schema: Schema, root: Schema, prefix: string): string[][] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, raw]) => {
    const part = resolve(raw, root);
    const required = schema.required?.includes(name) ?? false;
    const path = `${prefix}${name}`;
    const open = typeof part.additionalProperties === 'object' ? part.additionalProperties : undefined;
    const below = [
      ...rows(part, root, `${path}.`),
      // A list of load profiles has the rows of the single profile before it.
      ...(part.items && name !== 'profiles' ? rows(resolve(part.items, root), root, `${path}[].`) : []),
      ...(open ? rows(open, root, `${path}.*.`) : []),
    ];
    return [[code(path), valueOf(part, root), defaultOf(part, required), part.description ?? ''], ...below];
  });
  const branches = (schema.oneOf ?? []).filter((branch) => branch.$ref !== undefined);
  return [...own, ...branches.flatMap((branch) => branchRows(resolve(branch, root), root, prefix))];
}

/** Rows of one kind of load profile; its type is told in front. */
function branchRows(branch: Schema, root: Schema, prefix: string): string[][] {
  const { type, ...others } = branch.properties!;
  const head = [code(`${prefix}type: ${String(type.const)}`), '', '**required**', branch.description ?? ''];
  const rest = { properties: others, required: branch.required ?? [] };
  return [head, ...rows(rest, root, prefix)];
}

/** A schema with what its reference says, its own words first. */
function resolve(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const [file, name] = schema.$ref.split('#/$defs/');
  const target = ((file === '' ? root : COMMON_SCHEMA) as Schema).$defs![name];
  return { ...resolve(target, root), ...schema };
}

function valueOf(part: Schema, root: Schema): string {
  if (part.enum) return part.enum.map((value) => code(String(value))).join(', ');
  if (part.title !== undefined && part.title !== 'names') return part.title + limits(part);
  if (part.oneOf && part.properties === undefined) return 'mapping';
  if (part.items) {
    const item = resolve(part.items, root);
    const words = item.enum || item.title || typeof item.type === 'string' ? valueOf(item, root) : 'values';
    return part.title === 'names' ? 'name or list of names' : `list of ${words}`;
  }
  const types = [part.type ?? 'any']
    .flat()
    .map(
      (type) => ({ object: 'mapping', string: 'text', integer: 'whole number', boolean: 'true, false' })[type] ?? type,
    );
  return types.join(' or ') + limits(part);
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, title }: Schema): string {
  if (title === 'CPU' || title === 'share' || title === 'rate' || title === 'ratio') return '';
  const bound = (sign: string, limit: number | undefined): string => (limit === undefined ? '' : `${sign} ${limit}`);
  const low = bound('>', exclusiveMinimum) || bound('≥', minimum);
  const high = bound('<', exclusiveMaximum) || bound('≤', maximum);
  const both = [low, high].filter((limit) => limit !== '').join(', ');
  return both === '' ? '' : ` (${both})`;
}

function defaultOf(part: Schema, required: boolean): string {
  if (required) return '**required**';
  if (part.default === undefined || part.default === '') return '';
  const empty = typeof part.default === 'object' && Object.keys(part.default as object).length === 0;
  return empty ? '' : code(typeof part.default === 'string' ? part.default : JSON.stringify(part.default));
}

/** Markdown has no meaning for what a message quotes. */
const inText = (text: string): string => text.replace(/[*_<>[\]]/g, '\\$&');

const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...body.map(line)].join('\n');
}
