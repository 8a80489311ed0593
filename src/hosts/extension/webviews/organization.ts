/** Organization and guide playground: one panel with two tabs, and the commands that open it. */
import * as vscode from 'vscode';
import type { OrganizationMessage, Tab, TriedState } from '../../../../webview/protocol/organization.ts';
import {
  GUIDES,
  ORGANIZATION,
  SPECIFICATIONS_CHANGED,
  type GuidesAnswer,
  type GuidesParams,
  type OrganizationAnswer,
  type OrganizationParams,
} from '../../../language/protocol.ts';
import { describeError } from '../errors.ts';
import type { Services } from '../services.ts';
import type { Send } from './channel.ts';
import { registerPanel, type PanelConnection } from './panel.ts';
import { PANELS } from './panels.ts';

const { t } = vscode.l10n;
/** While one types. */
const PAUSE = 150;

/** What the panel is opened with. */
interface Shown {
  readonly tab: Tab;
  /** A file or folder of the project that is meant, if any. */
  readonly uri: vscode.Uri | undefined;
}

/** Registers the panel and what opens it: for the project of the file named, or of the file in the editor. */
export function registerOrganization(services: Services): vscode.Disposable {
  const panel = registerPanel(
    {
      view: 'organization',
      column: vscode.ViewColumn.Beside,
      connect: (send: Send<'organization'>, shown: Shown | undefined) => new OrganizationHost(services, send, shown),
    },
    services.extensionUri,
    services.log,
  );
  const open = (tab: Tab, argument: unknown): void => {
    const editor = vscode.window.activeTextEditor?.document;
    const uri = argument instanceof vscode.Uri ? argument : editor?.languageId === 'karma' ? editor.uri : undefined;
    panel.open({ tab, uri });
  };
  return vscode.Disposable.from(
    panel,
    services.command(PANELS.organization.command, (uri) => open('graph', uri)),
    services.command('karma-mas.openPlayground', (uri) => open('playground', uri)),
  );
}

const COMMANDS = {
  createSample: 'karma-mas.createSample',
  importMoise: 'karma-mas.importMoise',
  problems: 'workbench.actions.view.problems',
} as const;

class OrganizationHost implements PanelConnection<'organization', Shown> {
  readonly #services: Services;
  readonly #send: Send<'organization'>;
  readonly #subscriptions: readonly vscode.Disposable[];
  /** What was asked for: a key, or a place whose project is meant. */
  #wanted: { readonly key?: string; readonly uri?: vscode.Uri | undefined } = {};
  #wasAsked = false;
  #tab: Tab | undefined;
  #answer: OrganizationAnswer | undefined;
  /** The last that could be read: shown while the text has errors. */
  #readable: OrganizationAnswer | undefined;
  #choices: OrganizationMessage['choices'] = [];
  #problem = '';
  /** What the view tries in the playground; undefined until it does. */
  #tried: { readonly key: string; readonly state: TriedState | null } | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Answers to older questions are dropped. */
  #asked = 0;
  #evaluated = 0;

  readonly handlers: PanelConnection<'organization', Shown>['handlers'] = {
    show: ({ key }) => {
      this.#want({ key });
    },
    restore: ({ key }) => {
      if (!this.#wasAsked) this.#want({ key });
    },
    evaluate: (tried) => {
      this.#tried = tried;
      void this.#evaluate();
    },
    reveal: ({ id }) => void this.#reveal(id),
    open: ({ what }) => void vscode.commands.executeCommand(COMMANDS[what]),
  };

  constructor(services: Services, send: Send<'organization'>, shown: Shown | undefined) {
    this.#services = services;
    this.#send = send;
    if (shown) this.#take(shown);
    const later = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#update(), PAUSE);
    };
    this.#subscriptions = [
      services.language.onNotification(SPECIFICATIONS_CHANGED, later),
      services.projects.onDidChange(later),
      // The server says that names and problems changed; a rule changes neither.
      vscode.workspace.onDidChangeTextDocument(({ document }) => document.languageId === 'karma' && later()),
    ];
  }

  snapshot(): void {
    this.#sendTab();
    if (this.#answer || this.#problem !== '') this.#tell();
    void this.#update();
  }

  show(what: Shown): void {
    this.#take(what);
    this.#sendTab();
    void this.#update();
  }

  /** What was asked for stands until it is really posted: a view that is hidden gets it with its next snapshot. */
  #sendTab(): void {
    this.#send('tab', () => {
      const tab = this.#tab;
      this.#tab = undefined;
      return tab && { tab };
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #take({ tab, uri }: Shown): void {
    this.#tab = tab;
    this.#wasAsked = true;
    if (uri) this.#wanted = { uri };
  }

  #want(wanted: { readonly key: string }): void {
    this.#wanted = wanted;
    this.#wasAsked = true;
    void this.#update();
  }

  async #update(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const answers = await this.#answers();
      if (asked !== this.#asked) return;
      this.#problem = '';
      this.#choose(answers);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#problem = t('The language server does not answer: {0}', describeError(error));
    }
    this.#tell();
    await this.#evaluate();
  }

  /** Of every project, the organization wanted or the first. */
  async #answers(): Promise<OrganizationAnswer[]> {
    const wanted = parseKey(this.#wanted.key ?? '');
    const folders = this.#services.projects.all.map(({ uri }) => uri.toString());
    const { uri: open } = this.#wanted;
    // A file outside of the workspace is a project of its own.
    if (open && !this.#services.projects.of(open)) folders.unshift(open.toString());
    const answers = await Promise.all(
      folders.map((folder) => {
        const named = wanted?.folder === folder ? { name: wanted.name } : {};
        const params: OrganizationParams = { folder, ...named };
        return this.#services.language.request<OrganizationAnswer | null>(ORGANIZATION, params);
      }),
    );
    return answers.filter((answer) => answer !== null);
  }

  #choose(answers: readonly OrganizationAnswer[]): void {
    const { uri, key } = this.#wanted;
    const project = uri && (this.#services.projects.of(uri)?.uri ?? uri).toString();
    const folder = project ?? (key === undefined ? undefined : parseKey(key)?.folder);
    const withSome = answers.find(({ organizations }) => organizations.length > 0);
    this.#answer = answers.find((answer) => answer.folder === folder) ?? withSome ?? answers[0];
    if (this.#answer?.graph) {
      this.#readable = this.#answer;
      // It stays the one that is shown while it cannot be read.
      this.#wanted = { ...this.#wanted, key: this.#key };
    }
    const several = answers.length > 1;
    this.#choices = answers.flatMap(({ folder: each, organizations }) =>
      organizations.map((name) => ({
        key: keyOf(each, name),
        label: several ? `${name} (${this.#services.projects.of(vscode.Uri.parse(each))?.name ?? each})` : name,
      })),
    );
  }

  /** What is drawn: of now, or, while that cannot be read, of before. */
  get #drawn(): OrganizationAnswer | undefined {
    const [now, before] = [this.#answer, this.#readable];
    if (!now || now.graph) return now;
    return before?.folder === now.folder && before.name === now.name ? before : now;
  }

  get #key(): string {
    return this.#answer && this.#answer.name !== '' ? keyOf(this.#answer.folder, this.#answer.name) : '';
  }

  #tell(): void {
    const [answer, drawn] = [this.#answer, this.#drawn];
    this.#send('organization', {
      empty: this.#empty,
      problem: this.#problem,
      choices: this.#choices,
      selected: this.#key,
      errors: answer?.errors ?? 0,
      stale: drawn !== answer,
      graph: drawn?.graph ?? null,
    });
  }

  get #empty(): OrganizationMessage['empty'] {
    if (this.#drawn?.graph) return '';
    if (!this.#answer) return this.#problem === '' ? 'no project' : 'loading';
    return this.#answer.organizations.length === 0 && this.#answer.errors === 0 ? 'no organization' : 'broken';
  }

  async #evaluate(): Promise<void> {
    const tried = this.#tried;
    const of = tried && parseKey(tried.key);
    if (!tried || !of || tried.key !== this.#key) return;
    const evaluated = ++this.#evaluated;
    const params: GuidesParams = { ...of, ...(tried.state && { state: tried.state }) };
    try {
      const answer = await this.#services.language.request<GuidesAnswer | null>(GUIDES, params);
      if (evaluated === this.#evaluated) this.#send('guides', { key: tried.key, answer });
    } catch (error) {
      this.#services.log.error(`Guides: ${describeError(error)}`);
    }
  }

  async #reveal(id: string): Promise<void> {
    const place = this.#drawn?.places[id];
    if (!place) return;
    const { start, end } = place.range;
    const uri = vscode.Uri.parse(place.uri);
    const selection = new vscode.Range(start.line, start.character, end.line, end.character);
    // Where the file is shown already, or else beside the graph, which stays.
    const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const other = vscode.window.visibleTextEditors.find(({ viewColumn }) => viewColumn !== undefined);
    const viewColumn = shown?.viewColumn ?? other?.viewColumn ?? vscode.ViewColumn.Beside;
    try {
      await vscode.window.showTextDocument(uri, { selection, viewColumn });
    } catch (error) {
      await this.#services.showError(describeError(error));
    }
  }
}

/** Of an organization, over all projects. Names have no line breaks, nor have URIs. */
const keyOf = (folder: string, name: string): string => `${folder}\n${name}`;

function parseKey(key: string): { readonly folder: string; readonly name: string } | undefined {
  const end = key.lastIndexOf('\n');
  return end < 0 ? undefined : { folder: key.slice(0, end), name: key.slice(end + 1) };
}
