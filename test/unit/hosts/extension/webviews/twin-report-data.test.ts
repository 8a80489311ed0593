import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, readTwinReport } from '../../../../../src/hosts/extension/webviews/twin-report-data.ts';
import type { TwinReport } from '../../../../../src/modeling/fit-twin.ts';
import { artifactPath } from '../../../../../src/runs/run-directory.ts';
import { twinReport } from '../../../../../webview/protocol/twin-report.ts';
import { useFolder } from '../../../runs/helpers.ts';
import { sampleReport } from '../../../reporting/report-data.ts';

describe('Data of the Twin Report', () => {
  const folder = useFolder();
  const write = (text: string) => {
    const path = artifactPath(folder(), 'twin-report.json');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  let sample: TwinReport;
  before(async () => {
    sample = (await sampleReport()).twin!;
  });

  it('The data of the Twin Report are those of the run, with the digits that count', async () => {
    write(JSON.stringify(sample));
    const report = await readTwinReport(folder());
    assert.equal(report.directory, folder());
    assert.deepEqual(report.verdict, sample.verdict);
    const [first] = report.accuracy!.horizons;
    assert.deepEqual(
      first.metrics.map(({ name }) => name),
      Object.keys(sample.accuracy!.horizons[0].metrics),
    );
    const { mae } = first.metrics[0].error;
    const exact = Object.values(sample.accuracy!.horizons[0].metrics)[0].mae;
    assert.ok(Math.abs(mae - exact) <= 1e-5 * exact && String(mae).length <= 9, `${mae}`);
    assert.equal(report.accuracy!.fan!.metrics[0].series.recorded.length, 40);
    assert.ok(JSON.stringify(report).length < JSON.stringify(sample).length);
  });

  it('The data of the Twin Report may lack what was not measured', () => {
    const { kind, cluster, verdict, skipped } = sample;
    const message = messageOf('/r', { kind, cluster, verdict, skipped });
    assert.equal(twinReport.toView.report.problem(message, 'report'), undefined);
    assert.deepEqual(
      [message.accuracy, message.ranking, message.calibration, message.traces],
      [null, null, null, null],
    );
  });

  it('The Twin Report says in a sentence why it cannot be shown', async () => {
    await assert.rejects(readTwinReport(folder()), /twin-report\.json does not exist/);
    for (const text of ['{ "kind":', 'null', '7']) {
      write(text);
      await assert.rejects(readTwinReport(folder()), /twin-report\.json (is|does not) .*: fit the twin again\.$/);
    }
    for (const change of [
      { kind: 'crystal ball' },
      { verdict: null },
      { accuracy: { ...sample.accuracy, horizons: [{}] } },
    ]) {
      write(JSON.stringify({ ...sample, ...change }));
      await assert.rejects(readTwinReport(folder()), /fit the twin again\.$/);
    }
  });
});
