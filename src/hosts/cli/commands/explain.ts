import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { InvalidArgumentError } from 'commander';
import { toIoError } from '../../../runs/io-error.ts';
import { artifactPath, runsFolder } from '../../../runs/run-directory.ts';
import { findRun, listRuns, type RunInfo } from '../../../runs/run-list.ts';
import type { AuditRecord } from '../../../transferring/audit.ts';
import { EXIT, UsageError } from '../../../jobs/failure.ts';
import { AUDIT_FILE } from '../../../runs/artifacts.ts';
import type { AddCommand, CommandHost } from '../command.ts';

interface ExplainOptions {
  readonly dir: string;
  readonly decision?: number;
  readonly last: number;
}

export const addExplain: AddCommand = (program, run) => {
  program
    .command('explain')
    .description('read the audit trail of a transfer back: each decision, what the agents saw, and why')
    .argument('[run]', 'the transfer (default: the newest one)', 'latest')
    .option('-d, --dir <dir>', 'the folder of the specs', '.')
    .option('--decision <n>', 'one decision by its number', wholeNumber)
    .option('--last <n>', 'so many of the last records', wholeNumber, 10)
    .addHelpText('after', '\nExamples:\n  karma-mas explain\n  karma-mas explain latest --decision 42 --dir my-cluster')
    .action((name: string, options: ExplainOptions) => run((host) => explain(host, name, options)));
};

async function explain(host: CommandHost, name: string, { dir, decision, last }: ExplainOptions): Promise<number> {
  const { explainRecord } = await import('../../../transferring/explain.ts');
  const audit = artifactPath(findTransfer(host, runsFolder(resolve(dir)), name).directory, AUDIT_FILE);
  const chosen: AuditRecord[] = [];
  for await (const record of readAudit(audit)) {
    if (decision !== undefined && !(record.type === 'decision' && record.decision === decision)) continue;
    chosen.push(record);
    if (chosen.length > last) chosen.shift();
  }
  if (chosen.length === 0)
    throw new UsageError(
      decision === undefined ? `${audit} has no records yet.` : `There is no decision ${decision} in ${audit}.`,
    );
  for (const record of chosen) host.output.result(record, explainRecord(record));
  return EXIT.fine;
}

function findTransfer({ now }: CommandHost, runs: string, name: string): RunInfo {
  if (name !== 'latest') return findRun(runs, name, now);
  const newest = listRuns(runs, now).runs.find(
    ({ manifest }) => manifest.kind === 'transfer' || manifest.kind === 'run',
  );
  if (!newest) throw new UsageError(`There is no transfer in ${runs} yet: start one with karma-mas transfer.`);
  return newest;
}

/** Reads line by line, since the audit trail of several days is large. An incomplete last line is left out. */
async function* readAudit(path: string): AsyncGenerator<AuditRecord> {
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const record = parse(line);
      if (record) yield record;
    }
  } catch (error) {
    throw toIoError(error, path);
  }
}

function parse(line: string): AuditRecord | undefined {
  try {
    return JSON.parse(line) as AuditRecord;
  } catch {
    return undefined;
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}
