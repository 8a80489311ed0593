/** Formats problems as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), which many forges read for code scanning. */
import type { Fix, Problem, Range, Severity } from '../../../spec/problem.ts';
import { codeInfo } from '../../../language/diagnostics/diagnostic-codes.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

export interface SarifOptions {
  readonly version: string;
  /** Returns the URI of a file in the folder, relative to the root of the repository, or absolute. */
  readonly uriOf: (file: string) => string;
}

export function sarifLog(problems: readonly Problem[], { version, uriOf }: SarifOptions): object {
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'karma-mas', version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => resultOf(problem, codes, uriOf)),
      },
    ],
  };
}

function ruleOf(code: string): object {
  const info = codeInfo(code);
  if (!info) return { id: code };
  const { severity, about, todo } = info;
  return {
    id: code,
    shortDescription: { text: about },
    help: { text: todo },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function resultOf(problem: Problem, codes: readonly string[], uriOf: SarifOptions['uriOf']): object {
  const { code, severity, message, file, range, related, fix } = problem;
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: { text: message },
    locations: [{ physicalLocation: physicalLocation(uriOf(file), range) }],
    ...(related && {
      relatedLocations: related.map((place, id) => ({
        id,
        message: { text: place.message },
        physicalLocation: physicalLocation(uriOf(place.file), place.range),
      })),
    }),
    ...(fix && { fixes: [fixOf(fix, uriOf(file))] }),
  };
}

function fixOf({ title, edits }: Fix, uri: string): object {
  const replacements = edits.map(({ range, text }) => ({ deletedRegion: regionOf(range), insertedContent: { text } }));
  return { description: { text: title }, artifactChanges: [{ artifactLocation: { uri }, replacements }] };
}

const physicalLocation = (uri: string, range: Range): object => ({
  artifactLocation: { uri },
  region: regionOf(range),
});

/** The end is exclusive, as it is in a Range. */
const regionOf = ({ start, end }: Range): object => ({
  startLine: start.line,
  startColumn: start.column,
  endLine: end.line,
  endColumn: end.column,
});
