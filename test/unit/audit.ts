import { readFileSync } from 'node:fs';

/** The records of an audit trail on disk. */
export const readAuditFile = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
