import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { ControllerStatus } from '../../../operating/status/controller-status.ts';
import type { Cluster, Transfer } from '../../../spec/model.ts';
import type { Connection, PlanListeners } from '../../../operating/install/apply-plan.ts';
import { counts, objectName, planText } from '../../../operating/install/plan-text.ts';
import { EXIT } from '../../../jobs/failure.ts';
import { systemTimers } from '../../../jobs/running/system-timers.ts';
import { stopOnInterrupt } from '../interrupt.ts';
import type { AddCommand, CommandHost, RunAction } from '../command.ts';
import { formatTable } from '../table.ts';

interface OfSpecs {
  readonly dir: string;
  readonly transfer: string;
}

interface WriteOptions extends OfSpecs {
  readonly writeTo: string;
  readonly dryRun: boolean;
}

interface InstallOptions extends WriteOptions {
  readonly stage: 'shadow' | 'floor' | 'canary' | 'full' | '';
  readonly image: string;
  readonly forceConflicts: boolean;
}

export const addController: AddCommand = (program, run) => {
  const controller = program
    .command('controller')
    .description('the controller in the cluster that its Transfer names: install, upgrade, remove it, or look at it')
    .addHelpText(
      'after',
      `
What would be written is shown first, and tried on the server as a dry run. It is written only with --write-to,
which names the context and the namespace. The same objects as files, for kubectl apply -k: karma-mas export
Examples:
  karma-mas controller install latest --dir my-cluster --image registry.example/karma-mas-controller:1
  karma-mas controller upgrade latest --dir my-cluster --write-to prod/shop
  karma-mas controller status --dir my-cluster
  karma-mas controller remove --dir my-cluster --write-to prod/shop`,
    );
  addInstall(controller, run, 'install', 'put the controller with the policies of a run into the cluster');
  addInstall(controller, run, 'upgrade', 'replace its policies, specs, image or stage; what is not named stays');
  withWriteOptions(
    ofSpecs(
      controller
        .command('remove')
        .description('give the HPAs back, then delete what the controller consists of, and nothing else'),
    ),
  ).action((options: WriteOptions) => run((host) => removeController(host, options)));
  ofSpecs(
    controller
      .command('status')
      .description('say what is installed, whether its pods run, and who leads; exit code 1 where it does not run'),
  ).action((options: OfSpecs) => run((host) => status(host, options)));
};

function addInstall(controller: Command, run: RunAction, action: 'install' | 'upgrade', description: string): void {
  const kept = action === 'upgrade' ? 'as installed' : undefined;
  const command = controller
    .command(action)
    .description(description)
    .argument('[run]', 'the run whose policies are to act: a training, or a transfer', 'latest');
  withWriteOptions(ofSpecs(command))
    .addOption(
      new Option('--stage <stage>', 'the highest stage that the controller climbs to, and stays in')
        .choices(['shadow', 'floor', 'canary', 'full'])
        .default('', kept ?? 'canary'),
    )
    .addOption(
      new Option('--image <image>', 'the image of the controller').default(
        '',
        kept ?? 'karma-mas-controller of this version',
      ),
    )
    .option('--force-conflicts', 'take over fields of its objects that somebody else has set', false)
    .action((name: string, options: InstallOptions) => run((host) => installController(host, action, name, options)));
}

const ofSpecs = (command: Command): Command =>
  command
    .option('-d, --dir <dir>', 'the folder of the specs', '.')
    .addOption(new Option('--transfer <name>', 'the Transfer to go by').default('', 'the only one'));

const withWriteOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--write-to <context/namespace>', 'where it may be written, as the plan names it').default(
        '',
        'nothing is written',
      ),
    )
    .option('--dry-run', 'show the plan and write nothing', false);

async function installController(
  host: CommandHost,
  action: 'install' | 'upgrade',
  name: string,
  options: InstallOptions,
): Promise<number> {
  const { output, now } = host;
  const { findRun } = await import('../../../runs/run-list.ts');
  const { runsFolder } = await import('../../../runs/run-directory.ts');
  const { install } = await import('../../../operating/install/install.ts');
  const { dir, transfer, image, stage, forceConflicts: force } = options;
  const run = findRun(runsFolder(resolve(dir)), name, now);
  return connected(host, async (connection) => {
    const done = await install(
      action,
      { run, transfer, image, stage },
      { ...options, ...connection, ...listeners(host), force },
    );
    if (!done.written) return EXIT.fine;
    const { context, namespace } = done;
    output.result(
      { type: action === 'install' ? 'installed' : 'upgraded', run: run.manifest.id, ...done },
      [
        '',
        'Next:',
        `  karma-mas controller status --dir ${dir}`,
        `  kubectl --context ${context} -n ${namespace} logs -l app.kubernetes.io/name=karma-mas -f`,
        `Its pods start where the cluster can pull ${done.image}: karma-mas export writes what to build it from.`,
      ].join('\n'),
    );
    return EXIT.fine;
  });
}

async function removeController(host: CommandHost, options: WriteOptions): Promise<number> {
  const { output } = host;
  const { remove } = await import('../../../operating/install/remove.ts');
  const request = await readPlace(options);
  return connected(host, async (connection) => {
    const audit = (record: object) => (output.json ? output.result(record, '') : undefined);
    const done = await remove(request, { ...options, ...connection, ...listeners(host), audit });
    const { written, nothing, context, namespace } = done;
    const where = `namespace ${namespace} of context ${context}`;
    if (nothing) output.result({ type: 'removed', ...done }, `There is no controller in ${where}.`);
    if (written) output.result({ type: 'removed', ...done }, `The HPAs act in ${where}, and the controller is gone.`);
    return EXIT.fine;
  });
}

async function status(host: CommandHost, options: OfSpecs): Promise<number> {
  const { output } = host;
  const { ApiServer } = await import('../../../cluster/kubernetes/client/api-server.ts');
  const { controllerStatus } = await import('../../../operating/status/controller-status.ts');
  const { target } = (await readPlace(options)).transfer;
  return connected(host, async (connection) => {
    const api = await ApiServer.open({ ...connection, context: target.context });
    try {
      const now = await controllerStatus(api, target.namespace, connection.signal);
      output.result({ type: 'controller', ...now }, formatStatus(now));
      const ready = now.pods.filter((pod) => pod.ready).length;
      return now.replicas > 0 && ready >= now.replicas ? EXIT.fine : EXIT.problems;
    } finally {
      api.close();
    }
  });
}

function formatStatus(status: ControllerStatus): string {
  const { context, server, namespace, objects, image, stage, transfer, replicas, pods, leader, changedHpas } = status;
  const ready = pods.filter((pod) => pod.ready).length;
  return [
    `context ${context}, server ${server}, namespace ${namespace}`,
    ...(image === ''
      ? ['The controller is not installed.', ...objects.map((object) => `left of it: ${object}`)]
      : [
          `Transfer ${transfer} up to stage ${stage}, image ${image}`,
          `${ready} of ${replicas} pods are ready; ${leader === '' ? 'nobody' : leader} leads`,
        ]),
    ...(changedHpas.length === 0 ? [] : [`HPAs in the hands of a transfer: ${changedHpas.join(', ')}`]),
    ...(pods.length === 0
      ? []
      : [
          '',
          formatTable(
            ['pod', 'ready', 'waits for'],
            pods.map((pod) => [pod.name, pod.ready ? 'yes' : 'no', pod.waits]),
          ),
        ]),
  ].join('\n');
}

/** Reads a Transfer from a folder of specs, with the Cluster that it targets. */
async function readPlace({ dir, transfer: name }: OfSpecs): Promise<{ spec: Cluster; transfer: Transfer }> {
  const { readSpecs, assertNoErrors } = await import('../../../jobs/starting/specs.ts');
  const { transferNamed } = await import('../../../jobs/starting/target.ts');
  const { resolveTraining } = await import('../../../training/setup.ts');
  const { model, problems } = await readSpecs(resolve(dir));
  assertNoErrors(dir, problems);
  const transfer = transferNamed(model, name);
  return { spec: resolveTraining(model, transfer.training).cluster, transfer };
}

const PAST = { create: 'created', change: 'changed', delete: 'deleted', unchanged: 'unchanged' } as const;

function listeners({ output }: CommandHost): PlanListeners {
  return {
    onPlan: (plan) => output.result({ type: 'plan', ...plan, counts: counts(plan) }, planText(plan)),
    onWritten: (write) => {
      const { kind, namespace, name, action } = write;
      output.result({ type: 'written', action, kind, namespace, name }, `${PAST[action]} ${objectName(write)}`);
    },
    onMessage: (message) => (output.json ? output.result({ type: 'message', message }, '') : output.message(message)),
  };
}

/** Ctrl-C takes effect between two calls. */
async function connected(
  { output, now }: CommandHost,
  action: (connection: Connection) => Promise<number>,
): Promise<number> {
  const stop = stopOnInterrupt(() => output.message('Stopping.'));
  try {
    return await action({ env: process.env, now, timers: systemTimers, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    output.message('Stopped. What is written already stays; run the command again to continue.');
    return EXIT.stopped;
  } finally {
    stop.dispose();
  }
}
