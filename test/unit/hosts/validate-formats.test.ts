import assert from 'node:assert/strict';
import { githubCommand } from '../../../src/hosts/cli/formats/github.ts';
import { sarifLog } from '../../../src/hosts/cli/formats/sarif.ts';
import type { Problem } from '../../../src/spec/problem.ts';
import { examples, problemsOf } from '../../docs/problem-examples.ts';
import { cli, objects } from './cli-helpers.ts';

const range = { start: { line: 2, column: 3 }, end: { line: 2, column: 9 } };
const problem = (rest: Partial<Problem> = {}): Problem => ({
  file: 'a.karma.yaml',
  range,
  severity: 'error',
  code: 'unknown-key',
  message: 'Unknown.',
  ...rest,
});

describe('problems as workflow commands of GitHub', () => {
  it('A workflow command of GitHub gives the place and the message of a problem', () =>
    assert.equal(
      githubCommand(problem(), 'specs/a.karma.yaml'),
      '::error file=specs/a.karma.yaml,line=2,endLine=2,col=3,endColumn=9,title=unknown-key::Unknown.',
    ));

  it('A workflow command of GitHub escapes every character that would end or change it', () => {
    const odd = problem({ severity: 'hint', message: '100 % of\r\nit::done, or: not' });
    assert.equal(
      githubCommand(odd, 'a,b:c%\n.yaml'),
      '::notice file=a%2Cb%3Ac%25%0A.yaml,line=2,endLine=2,col=3,endColumn=9,title=unknown-key::100 %25 of%0D%0Ait::done, or: not',
    );
    // Read back as the runner reads it: https://github.com/actions/toolkit, core/src/command.ts.
    const data = /^::(\w+) (.*?)::(.*)$/s.exec(githubCommand(odd, 'x'))!;
    assert.equal(decode(data[3]), odd.message);
  });

  it('A workflow command of GitHub leaves out the columns of a problem that spans lines', () => {
    const long = problem({ severity: 'warning', range: { start: range.start, end: { line: 4, column: 1 } } });
    assert.equal(githubCommand(long, 'a'), '::warning file=a,line=2,endLine=4,title=unknown-key::Unknown.');
  });
});

const decode = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');

/**
 * The parts of the SARIF 2.1.0 schema that we write. Every object has only properties that the schema allows there
 * (additionalProperties is false everywhere), all that it requires, and values of the right types.
 */
type Check = (value: unknown, at: string) => void;
const text: Check = (value, at) => assert.ok(typeof value === 'string' && value.length > 0, at);
const exactText =
  (...allowed: string[]): Check =>
  (value, at) =>
    assert.ok(allowed.includes(value as string), `${at}: ${String(value)}`);
const anyText: Check = (value, at) => assert.equal(typeof value, 'string', at);
const atLeast =
  (least: number): Check =>
  (value, at) =>
    assert.ok(Number.isInteger(value) && (value as number) >= least, `${at}: ${String(value)}`);
const uri: Check = (value, at) => {
  text(value, at);
  assert.match(value as string, /^[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+$/, at);
  assert.doesNotMatch(value as string, /%(?![0-9A-F]{2})/i, at);
};
const listOf =
  (item: Check, least = 0): Check =>
  (value, at) => {
    assert.ok(Array.isArray(value) && value.length >= least, at);
    value.forEach((each, index) => item(each, `${at}[${index}]`));
  };
const object =
  (required: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  (value, at) => {
    assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), at);
    for (const key of Object.keys(required)) assert.ok(key in value, `${at}.${key} is missing`);
    for (const [key, part] of Object.entries(value)) {
      const check = required[key] ?? optional[key];
      assert.ok(check, `${at}.${key} is no property of SARIF here`);
      check(part, `${at}.${key}`);
    }
  };
const message = object({ text });
const level = exactText('none', 'note', 'warning', 'error');
const region: Check = (value, at) => {
  object({ startLine: atLeast(1), startColumn: atLeast(1), endLine: atLeast(1), endColumn: atLeast(1) })(value, at);
  const { startLine, startColumn, endLine, endColumn } = value as Record<string, number>;
  assert.ok(endLine > startLine || (endLine === startLine && endColumn >= startColumn), `${at} ends before it starts`);
};
const artifactLocation = object({ uri });
const physicalLocation = object({ artifactLocation, region });
const rule = object({ id: text, shortDescription: message, help: message, defaultConfiguration: object({ level }) });
const replacement = object({ deletedRegion: region, insertedContent: object({ text: anyText }) });
const result = object(
  {
    ruleId: text,
    ruleIndex: atLeast(0),
    level,
    message,
    locations: listOf(object({ physicalLocation }), 1),
  },
  {
    relatedLocations: listOf(object({ id: atLeast(0), message, physicalLocation }), 1),
    fixes: listOf(
      object({
        description: message,
        artifactChanges: listOf(object({ artifactLocation, replacements: listOf(replacement, 1) }), 1),
      }),
      1,
    ),
  },
);
const run = object({
  tool: object({ driver: object({ name: text, version: text, rules: listOf(rule) }) }),
  columnKind: exactText('utf16CodeUnits', 'unicodeCodePoints'),
  results: listOf(result),
});
const sarif = object({ $schema: uri, version: exactText('2.1.0'), runs: listOf(run, 1) });

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly { readonly ruleId: string; readonly ruleIndex: number; readonly level: string }[];
  }[];
}

describe('problems as SARIF', () => {
  it('A SARIF log has the structure of SARIF 2.1.0 for every problem code', () => {
    const all = [...examples().values()].flatMap((example) => problemsOf(example));
    const log = JSON.parse(JSON.stringify(sarifLog(all, { version: '1.2.3', uriOf: encodeURIComponent }))) as Log;
    sarif(log, 'log');
    const [{ tool, results }] = log.runs;
    assert.equal(results.length, all.length);
    for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex].id, ruleId);
    assert.equal(new Set(tool.driver.rules.map(({ id }) => id)).size, tool.driver.rules.length);
    assert.deepEqual([...new Set(results.map((each) => each.level))].sort(), ['error', 'note', 'warning']);
  });

  it('A SARIF log of no problems has the structure of SARIF 2.1.0', () =>
    sarif(sarifLog([], { version: '1', uriOf: (file) => file }), 'log'));
});

describe('karma-mas validate --format', () => {
  const broken = 'test/data/broken-specs/51-duplicate-object';
  const warned = 'test/data/broken-specs/48-unreachable-service';
  const here = process.cwd();

  it('karma-mas validate --format sarif prints one document with paths relative to the current folder', async () => {
    const { stdout, code } = await cli(['validate', broken, '--format', 'sarif'], here);
    assert.equal(code, 1);
    sarif(JSON.parse(stdout), 'log');
    assert.match(stdout, /"uri": "test\/data\/broken-specs\/51-duplicate-object\/a\.karma\.yaml"/);
  });

  it('karma-mas validate --format sarif names files outside the current folder by absolute URIs', async () => {
    const { stdout } = await cli(['validate', `${here}/${broken}`, '--format', 'sarif'], `${here}/src`);
    assert.match(stdout, /"uri": "file:\/\/\/.*51-duplicate-object\/a\.karma\.yaml"/);
  });

  it('karma-mas validate --format github prints a workflow command for each problem and a summary', async () => {
    const { stdout, code } = await cli(['validate', broken, '--format', 'github'], here);
    assert.equal(code, 1);
    const lines = stdout.trim().split('\n');
    assert.equal(lines.length, 3);
    assert.match(lines[0], /^::error file=test\/data\/broken-specs\/51-duplicate-object\/a\.karma\.yaml,line=3,/);
    assert.equal(lines[2], '2 errors, 0 warnings');
  });

  it('karma-mas validate --format json prints the same as --json, and unknown or conflicting formats are refused', async () => {
    const one = await cli(['validate', warned, '--format', 'json'], here);
    assert.deepEqual(objects(one.stdout), objects((await cli(['validate', warned, '--json'], here)).stdout));
    assert.equal(one.code, 0);
    assert.equal((await cli(['validate', warned, '--json', '--format', 'github'], here)).code, 2);
    assert.equal((await cli(['validate', warned, '--format', 'xml'], here)).code, 2);
  });

  it('karma-mas validate --max-warnings fails if there are more warnings than that', async () => {
    assert.equal((await cli(['validate', warned], here)).code, 0);
    assert.equal((await cli(['validate', warned, '--max-warnings', '1'], here)).code, 0);
    const failed = await cli(['validate', warned, '--max-warnings', '0'], here);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /More than 0 warnings/);
    assert.equal((await cli(['validate', warned, '--max-warnings', 'few'], here)).code, 2);
  });

  it('karma-mas validate --hints also prints what has no effect', async () => {
    const sample = 'examples/chained-services';
    assert.doesNotMatch((await cli(['validate', sample], here)).stdout, /unused/);
    const { stdout, code } = await cli(['validate', sample, '--hints'], here);
    assert.match(stdout, /hint unused-scenario: No training plays scenario bad-hour/);
    assert.equal(code, 0);
  });
});
