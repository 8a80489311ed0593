import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withIoErrors } from '../../../runs/io-error.ts';
import { asset } from '../../../jobs/assets.ts';
import { EXIT, UsageError } from '../../../jobs/failure.ts';
import type { AddCommand, CommandHost } from '../command.ts';

interface InitOptions {
  readonly organization: boolean;
  readonly cluster: string;
  readonly context: string;
}

export const addInit: AddCommand = (program, run) => {
  const command = program
    .command('init')
    .description(
      'copy the sample specs, chained-services, into a new folder; or, with --organization, add to a folder what its Cluster lacks to be trained for',
    )
    .argument('[dir]', 'the folder to make, or the one of the Cluster', 'chained-services')
    .option(
      '--organization',
      'add organization, roles, missions, scenarios, training and transfer to the Cluster in the folder',
      false,
    )
    .option('--cluster <name>', 'the Cluster (default: the only one)', '')
    .option('--context <name>', 'context of the kubeconfig that the Transfer names (default: the current one)', '')
    .addHelpText(
      'after',
      `
Examples:
  karma-mas init my-cluster && karma-mas validate my-cluster
  karma-mas cluster import shop --out shop/cluster.karma.yaml && karma-mas init shop --organization`,
    );
  command.action((dir: string, options: InitOptions) =>
    run((host) => (options.organization ? addOrganization(host, dir, options) : init(host, dir))),
  );
};

function init({ output }: CommandHost, dir: string): number {
  const target = resolve(dir);
  if (existsSync(target) && withIoErrors(target, () => readdirSync(target)).length > 0)
    throw new UsageError(`${dir} is not empty, and init overwrites nothing: name a new folder.`);
  withIoErrors(target, () => cpSync(asset(join('examples', 'chained-services')), target, { recursive: true }));
  const files = readdirSync(target).sort();
  output.result(
    { type: 'initialized', directory: target, files },
    [
      `Copied the sample into ${dir}: ${files.join(', ')}`,
      '',
      'Next:',
      `  karma-mas validate ${dir}`,
      `  karma-mas run ${dir}`,
    ].join('\n'),
  );
  return EXIT.fine;
}

/** Reads the current context from the kubeconfig and connects to nothing. */
async function addOrganization({ output }: CommandHost, dir: string, options: InitOptions): Promise<number> {
  const { readSpecs, assertNoErrors } = await import('../../../jobs/starting/specs.ts');
  const { clusterNamed } = await import('../../../jobs/starting/target.ts');
  const { addStarter } = await import('../../../setup/starter/add-starter.ts');
  const folder = resolve(dir);
  const { model, problems } = await readSpecs(folder);
  assertNoErrors(dir, problems);
  const cluster = clusterNamed(model, options.cluster);
  const context = options.context || (await currentContext());
  if (context === '')
    output.warning(
      `There is no kubeconfig with a context: correct spec.target in ${join(dir, 'transfer.karma.yaml')}.`,
    );
  const files = addStarter(folder, cluster, context || cluster.name);
  output.result(
    { type: 'organized', directory: folder, cluster: cluster.name, context, files },
    [
      `Added to ${dir}, for Cluster ${cluster.name}: ${files.join(', ')}`,
      '',
      'Next:',
      `  karma-mas validate ${dir}`,
      `  karma-mas collect ${dir}    # traces of the cluster, from which the twin is fitted`,
    ].join('\n'),
  );
  return EXIT.fine;
}

async function currentContext(): Promise<string> {
  const { readContexts } = await import('../../../cluster/kubernetes/client/kubeconfig.ts');
  return (await readContexts(process.env)).find(({ current }) => current)?.name ?? '';
}
