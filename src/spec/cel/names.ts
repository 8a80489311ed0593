/** Checks what an expression names: variables, fields, settings. */
import type { CheckContext } from './check-context.ts';
import { typeInWords, type Node } from './expression.ts';
import { closest } from '../closest.ts';
import { fixWith, shown, type CelCode } from './problems.ts';
import { operandSpan, spanOf, type IndexNode, type MemberNode, type NameNode, type Span } from './syntax.ts';
import { CLUSTER_VOCABULARY, isClusterField, isServiceField, ROOTS, SERVICE_VOCABULARY } from './vocabulary.ts';

export function checkName(checker: CheckContext, ast: NameNode): Node | undefined {
  const { name, start, end } = ast;
  const variable = checker.variable(name);
  if (variable) return { op: 'variable', start, end, type: variable.type, variable };
  if (name === 'service')
    return checker.perService ? { op: 'service', start, end, type: 'service' } : noService(checker, ast);
  if (name === 'services') return { op: 'services', start, end, type: 'list<service>' };
  if (name === 'cluster')
    return checker.report(ast, 'cel-type', 'cluster is no value. Name one of its fields, for example cluster.latency.');
  if (name === 'settings')
    return checker.report(ast, 'cel-type', 'settings is no value. Name a setting: settings.NAME.');

  const message = `There is no ${shown(name)} here.`;
  const prefix =
    isServiceField(name) && checker.perService
      ? 'service'
      : isClusterField(name)
        ? 'cluster'
        : checker.settings.includes(name)
          ? 'settings'
          : undefined;
  if (prefix)
    return checker.report(
      ast,
      'cel-unknown-variable',
      `${message} Write ${prefix}.${name}.`,
      fixWith(ast, `${prefix}.${name}`),
    );
  const names = [...checker.variables.map((known) => known.name), ...Object.keys(ROOTS)];
  return unknownWord(checker, ast, 'cel-unknown-variable', message, name, names, 'Known names');
}

function noService(checker: CheckContext, ast: NameNode): undefined {
  return checker.report(
    ast,
    'cel-no-service',
    'There is no single service here. Use all of them, for example services.map(s, s.pending).sum().',
  );
}

export function checkAccess(checker: CheckContext, ast: MemberNode): Node | undefined {
  const { of: target, name: field } = ast;
  const at = { start: ast.nameStart, end: ast.nameEnd };
  const root = target.op === 'name' && !checker.variable(target.name) ? target.name : undefined;
  if (root === 'cluster') return clusterField(checker, ast, field, at);
  if (root === 'settings') return setting(checker, ast, field, at);

  const of = checker.check(target);
  if (!of) return undefined;
  if (of.type === 'service') {
    if (!isServiceField(field))
      return unknownWord(
        checker,
        at,
        'cel-unknown-field',
        `A service has no field ${shown(field)}.`,
        field,
        Object.keys(SERVICE_VOCABULARY),
        'Its fields',
      );
    return { op: 'field', ...spanOf(ast), type: SERVICE_VOCABULARY[field].type, of, field };
  }
  const written = shown(checker.source(operandSpan(target)));
  if (of.type === 'list<service>')
    return checker.report(
      at,
      'cel-type',
      `${written} is a list. Take the field of each service: ${written}.map(s, s.${shown(field)}), then .sum(), .min() or .max().`,
    );
  return checker.report(
    at,
    'cel-type',
    `${written} is ${typeInWords(of.type)} and has no fields. Remove .${shown(field)}.`,
  );
}

function clusterField(checker: CheckContext, ast: MemberNode, field: string, at: Span): Node | undefined {
  if (!isClusterField(field))
    return unknownWord(
      checker,
      at,
      'cel-unknown-field',
      `The cluster has no field ${shown(field)}.`,
      field,
      Object.keys(CLUSTER_VOCABULARY),
      'Its fields',
    );
  return { op: 'clusterField', ...spanOf(ast), type: 'number', field };
}

function setting(checker: CheckContext, ast: MemberNode, name: string, at: Span): Node | undefined {
  if (checker.settings.includes(name)) return { op: 'setting', ...spanOf(ast), type: 'number', name };
  if (checker.settings.length === 0)
    return checker.report(
      at,
      'cel-unknown-setting',
      `There is no setting ${shown(name)}, for there are no settings here. Add it to the settings of the role, or write the number itself.`,
    );
  return unknownWord(
    checker,
    at,
    'cel-unknown-setting',
    `There is no setting ${shown(name)}.`,
    name,
    checker.settings,
    'Add it to the settings of the role, or use one of them',
  );
}

export function checkIndex(checker: CheckContext, ast: IndexNode): undefined {
  const { of: target, key } = ast;
  if (key.op === 'string' && !key.bytes && /^[A-Za-z_]\w*$/.test(key.value)) {
    const start = operandSpan(target).end;
    const text = `.${key.value}`;
    const fix = { title: `Write ${text}`, start, end: ast.end, text };
    return checker.report(
      { start, end: ast.end },
      'cel-unsupported',
      `Fields are not read with brackets. Write ${text}.`,
      fix,
    );
  }
  return checker.report(
    ast,
    'cel-unsupported',
    "Lists are not read by index. Choose by a condition, for example services.filter(s, s.name == 'a').map(s, s.pending).sum().",
  );
}

function unknownWord(
  checker: CheckContext,
  at: Span,
  code: CelCode,
  message: string,
  word: string,
  known: readonly string[],
  listed: string,
): undefined {
  const meant = closest(word, known);
  if (meant === undefined) return checker.report(at, code, `${message} ${listed}: ${known.join(', ')}.`);
  return checker.report(at, code, `${message} Did you mean ${meant}?`, fixWith(at, meant));
}
