/** The audit trail on disk. */
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { withIoErrors } from '../../runs/io-error.ts';
import type { Audit } from '../../transferring/audit.ts';

/** Starts an empty trail; each record is a line that is in the file when the call returns. Throws an IoError. */
export function startAuditFile(path: string): Audit {
  withIoErrors(path, () => rmSync(path, { force: true }));
  return continueAuditFile(path);
}

/** As startAuditFile, but what is there stays: a real cluster remembers what was done, too. */
export function continueAuditFile(path: string): Audit {
  withIoErrors(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, '');
  });
  return (record) => withIoErrors(path, () => appendFileSync(path, `${JSON.stringify(record)}\n`));
}
