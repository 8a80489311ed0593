/** Test Queries: shows in the Cluster view what each metric query of the selected cluster returns now. */
import * as vscode from 'vscode';
import { testedQueriesShape, type TestedQueries } from '../../../../webview/protocol/cluster.ts';
import { hasShape } from '../../../../webview/protocol/shape.ts';
import { runCommandLine } from '../command-line/run-command-line.ts';
import { saveSpecifications } from '../runs/jobs.ts';
import type { Services } from '../services.ts';
import type { ClusterModel } from './cluster-model.ts';
import type { DeclaredCluster } from './clusters.ts';
import { tokenFor } from './prometheus-token.ts';

const { t } = vscode.l10n;

export function registerTestQueries(services: Services, model: ClusterModel): vscode.Disposable {
  const closing = new AbortController();
  return vscode.Disposable.from(
    { dispose: () => closing.abort() },
    services.command('karma-mas.testQueries', (argument) => testQueries(services, model, closing.signal, argument)),
  );
}

async function testQueries(
  services: Services,
  model: ClusterModel,
  closing: AbortSignal,
  argument: unknown,
): Promise<void> {
  const cluster = await chooseCluster(model, argument);
  const { digest, context, project } = cluster;
  const { folder } = project;
  if (folder === undefined) throw new Error(t('{0} is not in a folder on a disk.', project.name));
  await saveSpecifications(folder);
  const place = [`--cluster=${digest.name}`, `--namespace=${digest.namespace}`, `--context=${context}`];
  const found: { tested?: TestedQueries } = {};
  // Where something is missing it ends with an exit code of its own: what it says counts.
  await runCommandLine(services, {
    title: t('Testing the queries of {0}', digest.name),
    args: ['cluster', 'test-queries', folder, ...place],
    env: await tokenFor(digest.prometheus, services.context.secrets),
    closing,
    onResult: (result) => {
      if (result.type === 'queries' && hasShape(testedQueriesShape, result)) found.tested = result;
    },
  }).catch((error: unknown) => {
    if (!found.tested || error instanceof vscode.CancellationError) throw error;
  });
  if (!found.tested) throw new Error(t('The test did not report what it found.'));
  model.keepQueriesTest(cluster, { at: Date.now(), tested: found.tested });
  await vscode.commands.executeCommand('karma-mas.cluster.focus');
}

/** The one that the argument (of a CodeLens, or of the import) names, which is shown from then on; or else the one that is shown. */
async function chooseCluster(model: ClusterModel, argument: unknown): Promise<DeclaredCluster> {
  const { clusters } = model;
  const { name } = (argument ?? {}) as { readonly name?: unknown };
  await clusters.read();
  const named = typeof name === 'string' ? await clusters.named(name) : clusters.all;
  const { selected } = clusters;
  const cluster = selected && named.includes(selected) ? selected : named.at(0);
  if (!cluster) throw new Error(t('The specifications declare no such Cluster. Run Import Cluster to add one.'));
  if (cluster.digest.source === 'emulator')
    throw new Error(
      t(
        'Cluster {0} is emulated (metrics.source: emulator) and has no queries. Run Import Cluster to add one that has.',
        cluster.digest.name,
      ),
    );
  if (cluster !== selected) await clusters.select(cluster);
  return cluster;
}
