/** What the command line says of an import or export with --json: one object a line. */
export interface ImportProblem {
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
}

export interface ExchangeResult {
  readonly problems: readonly ImportProblem[];
  readonly organization: string;
  /** What was written; none where nothing could be. */
  readonly files: readonly string[];
  /** A sentence; '' where all went well. */
  readonly error: string;
}

export function exchangeResult(stdout: string, stderr: string, code: number): ExchangeResult {
  const lines = stdout.split('\n').flatMap(objectOf);
  const problems = lines.filter(({ type }) => type === 'problem') as unknown as readonly ImportProblem[];
  const imported = lines.find(({ type }) => type === 'imported') as
    { readonly organization: string; readonly files: readonly string[] } | undefined;
  const failed = lines.find(({ type }) => type === 'error') as { readonly message: string } | undefined;
  return {
    problems,
    organization: imported?.organization ?? '',
    files: imported?.files ?? [],
    error: code === 0 || problems.length > 0 ? '' : (failed?.message ?? (stderr.trim() || `exit code ${code}`)),
  };
}

function objectOf(line: string): { readonly type?: unknown }[] {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? [value] : [];
  } catch {
    return [];
  }
}
