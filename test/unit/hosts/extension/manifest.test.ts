import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS, type CommandId } from '../../../../src/hosts/extension/commands.ts';
import { PANELS } from '../../../../src/hosts/extension/webviews/panels.ts';

/* The manifest holds what users of good extensions expect, and says nothing that the code does not do. */

const root = join(import.meta.dirname, '..', '..', '..', '..');
const text = readFileSync(join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const nls = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const { contributes } = manifest;

interface Manifest {
  readonly main: string;
  readonly icon: string;
  readonly extensionKind: readonly string[];
  readonly activationEvents: readonly string[];
  readonly capabilities: Record<string, { readonly supported: string; readonly description: string }>;
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly menus: Record<string, readonly { command?: string; submenu?: string; when?: string; group?: string }[]>;
    readonly submenus: readonly { readonly id: string }[];
    readonly views: Record<string, readonly { readonly id: string; readonly icon: string; readonly name: string }[]>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when: string }[];
    readonly configuration: { readonly properties: Record<string, Record<string, unknown>> };
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
    readonly languages: readonly { readonly icon: Record<string, string> }[];
  };
}
interface Command {
  readonly command: string;
  readonly title: string;
  readonly category: string;
  readonly icon?: string;
  readonly enablement?: string;
}
interface Step {
  readonly media: { readonly svg: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}

function sources(): { readonly name: string; readonly source: string }[] {
  const folder = join(root, 'src/hosts/extension');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, source: readFileSync(join(folder, name), 'utf8') }));
}

/** Commands that always apply, and why. */
const ALWAYS: Record<string, string> = {
  'karma-mas.createSample': 'it makes the first project',
  'karma-mas.showLog': 'the log is always there',
};

describe('Manifest of the extension', () => {
  it('The extension activates for the language, for projects and for restored panels, and for nothing else', () => {
    // VS Code gives up its search for a pattern after seven seconds, and looks for a plain path at once.
    const files = ['.karma', 'cluster.karma.yaml', 'organization.karma.yaml', '**/*.karma.yaml'];
    const events = ['onLanguage:karma', ...files.map((file) => `workspaceContains:${file}`)];
    assert.deepEqual(
      manifest.activationEvents.filter((event) => !event.startsWith('onWebviewPanel:karma-mas.')),
      events,
    );
  });

  it('The extension runs where the files are, and says what it can do in an untrusted and a virtual workspace', () => {
    assert.deepEqual(manifest.extensionKind, ['workspace']);
    for (const name of ['untrustedWorkspaces', 'virtualWorkspaces']) {
      assert.equal(manifest.capabilities[name].supported, 'limited');
      assert.match(manifest.capabilities[name].description, /^%/);
    }
  });

  it('Every text of package.json is in package.nls.json, which has no text that nothing uses', () => {
    const used = new Set([...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].filter((key) => !(key in nls)).sort(), [], 'missing');
    assert.deepEqual(
      Object.keys(nls)
        .filter((key) => !used.has(key))
        .sort(),
      [],
      'unused',
    );
  });

  for (const { command, title, category, enablement } of contributes.commands)
    it(`${command} has a category, a title and an enablement`, () => {
      assert.match(command, /^karma-mas\.[a-z]\w+$/);
      assert.equal(category, 'KARMA');
      assert.match(title, /^%/);
      assert.doesNotMatch(nls[title.slice(1, -1)], /karma/i, 'the category says it already');
      if (command in ALWAYS) assert.equal(enablement, undefined);
      else assert.ok(enablement, `${command} needs an enablement, or a reason in ALWAYS`);
    });

  it('package.json has exactly the commands of the table, and enables those that need trust in a trusted workspace only', () => {
    assert.deepEqual(Object.keys(COMMANDS).sort(), contributes.commands.map(({ command }) => command).sort());
    for (const { command, enablement = '' } of contributes.commands)
      assert.equal(
        enablement.includes('isWorkspaceTrusted'),
        COMMANDS[command as CommandId].needsTrust,
        `${command} is guarded in one place only`,
      );
  });

  it('The source files that run the command line or a job register only commands that need trust', () => {
    for (const { name, source } of sources().filter(({ source }) => /\brunCommandLine\(|\.startJob\(/.test(source)))
      for (const [, id] of source.matchAll(/\.command\('(karma-mas\.\w+)'/g))
        assert.ok(COMMANDS[id as CommandId].needsTrust, `${id} in ${name} starts a process`);
  });

  it('The extension registers each command of the table once', () => {
    const panels = new Set<string>(Object.values(PANELS).map(({ command }) => command));
    const all = sources()
      .map(({ source }) => source)
      .join('\n');
    for (const command of Object.keys(COMMANDS).filter((id) => !panels.has(id))) {
      const direct = all.split(`.command('${command}'`).length - 1;
      const listed = all.split(`id: '${command}'`).length - 1;
      assert.equal(direct + listed, 1, `${command} is registered ${direct + listed} times`);
    }
  });

  for (const [name, { viewType, command, title, icon }] of Object.entries(PANELS))
    it(`package.json activates the extension for the panel ${name} and gives its command the same title and icon`, () => {
      assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${viewType}`));
      assert.ok(existsSync(join(root, 'webview', name, 'main.ts')));
      const contributed = contributes.commands.find((each) => each.command === command);
      assert.ok(contributed, command);
      assert.equal(contributed.icon, `$(${icon})`);
      assert.equal(nls[contributed.title.slice(1, -1)], `Open ${title}`);
    });

  it('Menus, welcomes and the walkthrough name only existing commands and submenus', () => {
    const known = new Set(contributes.commands.map(({ command }) => command));
    const submenus = new Set(contributes.submenus.map(({ id }) => id));
    for (const [menu, items] of Object.entries(contributes.menus))
      for (const { command, submenu } of items)
        assert.ok(
          (command && known.has(command)) || (submenu && submenus.has(submenu)),
          `${menu}: ${command ?? submenu}`,
        );
    for (const [key, value] of Object.entries(nls))
      for (const [, command] of value.matchAll(/\(command:(karma-mas\.\w+)\)/g))
        assert.ok(known.has(command), `${key}: ${command}`);
  });

  it('A run has at most three inline actions in any state', () => {
    const inline = contributes.menus['view/item/context'].filter(({ group }) => group?.startsWith('inline'));
    const states = [
      'run stoppable curves',
      'run deletable resumable curves twin policies',
      'run deletable curves twin policies report',
    ];
    for (const state of states) {
      const shown = inline.filter(({ when = '' }) => {
        const [, pattern] = /viewItem =~ \/(.*)\//.exec(when) ?? [];
        return pattern !== undefined && new RegExp(pattern).test(state);
      });
      assert.ok(shown.length > 0 && shown.length <= 3, `${state}: ${shown.map(({ command }) => command).join(', ')}`);
    }
  });

  for (const [name, setting] of Object.entries(contributes.configuration.properties))
    it(`The setting ${name} has a description, a scope and an order`, () => {
      assert.match(name, /^karma-mas\./);
      assert.match(String(setting.markdownDescription), /^%/);
      assert.ok(['machine', 'machine-overridable', 'window', 'resource'].includes(String(setting.scope)));
      assert.equal(typeof setting.order, 'number');
      assert.ok('default' in setting);
      if (setting.enum) {
        const described = setting.markdownEnumDescriptions as readonly string[];
        assert.equal(described.length, (setting.enum as readonly string[]).length);
      }
      // Only the user may set what runs or is read outside the workspace.
      if (/path|kubeconfig|context/i.test(name)) assert.equal(setting.scope, 'machine');
    });

  it('Each setting has an order of its own', () => {
    const orders = Object.values(contributes.configuration.properties).map(({ order }) => order);
    assert.equal(new Set(orders).size, orders.length);
  });

  it('The extension has three views in one container, each with an icon, and the trees with a welcome', () => {
    assert.deepEqual(Object.keys(contributes.views), ['karma-mas']);
    assert.deepEqual(
      contributes.views['karma-mas'].map(({ id }) => id.split('.')[1]),
      ['specifications', 'runs', 'cluster'],
    );
    for (const { icon } of contributes.views['karma-mas']) assert.match(icon, /^\$\([\w-]+\)$/);
    for (const view of ['specifications', 'runs'])
      assert.ok(contributes.viewsWelcome.some((welcome) => welcome.view === `karma-mas.${view}`));
  });

  it('The extension has one walkthrough of six steps, each with a picture for every theme and an end', () => {
    assert.equal(contributes.walkthroughs.length, 1);
    const { steps } = contributes.walkthroughs[0];
    assert.equal(steps.length, 6);
    for (const { media, completionEvents } of steps) {
      const picture = readFileSync(join(root, media.svg), 'utf8');
      assert.match(picture, /var\(--vscode-/);
      assert.doesNotMatch(picture, /#[0-9a-f]{3,6}\b/i, 'its colors are those of the theme');
      assert.match(media.altText, /^%/);
      assert.ok(completionEvents.length > 0);
    }
  });

  it('The icons that package.json names exist, and its codicons are real ones', () => {
    assert.deepEqual([...readFileSync(join(root, manifest.icon)).subarray(1, 4)], [...Buffer.from('PNG')]);
    const { light, dark } = contributes.languages[0].icon;
    for (const file of [contributes.viewsContainers.activitybar[0].icon, light, dark])
      assert.ok(existsSync(join(root, file)), file);
    const css = readFileSync(join(root, 'node_modules/@vscode/codicons/dist/codicon.css'), 'utf8');
    for (const [, name] of text.matchAll(/"\$\(([\w-]+)\)"/g)) assert.ok(css.includes(`.codicon-${name}:before`), name);
  });
});
