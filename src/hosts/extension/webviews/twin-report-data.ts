/** Turns the twin report of a run into the message of the Twin Report view. Does not import vscode. */
import { readFile } from 'node:fs/promises';
import type { TwinReportMessage } from '../../../../webview/protocol/twin-report.ts';
import { twinReport } from '../../../../webview/protocol/twin-report.ts';
import type { Accuracy } from '../../../modeling/accuracy/accuracy.ts';
import type { TwinReport } from '../../../modeling/fit-twin.ts';
import { TWIN_REPORT_FILE } from '../../../runs/artifacts.ts';
import { toIoError } from '../../../runs/io-error.ts';
import { artifactPath } from '../../../runs/run-directory.ts';

/** Significant digits: more than anybody reads, a third of what JSON has. */
const DIGITS = 6;

/** Rejects with a sentence if the report is missing, damaged or from another version. */
export async function readTwinReport(directory: string): Promise<TwinReportMessage> {
  const path = artifactPath(directory, TWIN_REPORT_FILE);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw toIoError(error, path);
  });
  let message: unknown;
  try {
    message = messageOf(directory, JSON.parse(text) as TwinReport);
  } catch (error) {
    throw new Error(`${path} is damaged: fit the twin again.`, { cause: error });
  }
  const problem = twinReport.toView.report.problem(message, 'report');
  if (problem !== undefined)
    throw new Error(`${path} does not have the format of this version (${problem}): fit the twin again.`);
  return message as TwinReportMessage;
}

export function messageOf(directory: string, report: TwinReport): TwinReportMessage {
  const { kind, cluster, verdict, accuracy, networkAccuracy, ranking, calibration, traces, skipped } = report;
  return rounded({
    directory,
    kind,
    cluster,
    verdict,
    accuracy: accuracy ? accuracyOf(accuracy) : null,
    networkAccuracy: networkAccuracy ? accuracyOf(networkAccuracy) : null,
    ranking: ranking ?? null,
    calibration: calibration ?? null,
    traces: traces ?? null,
    skipped,
  });
}

function accuracyOf({ heldOut, origins, ratio, horizons, fan }: Accuracy): NonNullable<TwinReportMessage['accuracy']> {
  return {
    heldOut,
    origins,
    ratio,
    horizons: horizons.map(({ intervals, seconds, metrics }) => ({
      intervals,
      seconds,
      metrics: Object.entries(metrics).map(([name, error]) => ({ name, error })),
    })),
    fan: fan
      ? {
          interval: fan.interval,
          from: fan.from,
          metrics: Object.entries(fan.metrics).map(([name, series]) => ({ name, series })),
        }
      : null,
  };
}

/** The same with fewer digits. */
function rounded<T>(value: T): T {
  if (typeof value === 'number') return (Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS))) as T;
  if (Array.isArray(value)) return value.map(rounded) as T;
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item)])) as T;
  return value;
}
