/** Keeps the audit trail on disk. */
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { withIoErrors } from '../../runs/io-error.ts';
import type { Audit } from '../../transferring/audit.ts';

/** Starts an empty trail. Each record is a line that is in the file when the call returns. Throws an IoError. */
export function startAuditFile(path: string): Audit {
  withIoErrors(path, () => rmSync(path, { force: true }));
  return continueAuditFile(path);
}

/** Like startAuditFile, but keeps the existing records, since a real cluster also keeps what was done to it. */
export function continueAuditFile(path: string): Audit {
  withIoErrors(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, '');
  });
  return (record) => withIoErrors(path, () => appendFileSync(path, `${JSON.stringify(record)}\n`));
}
