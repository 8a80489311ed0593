import { DidChangeConfigurationNotification, type Connection } from 'vscode-languageserver';
import type { Client } from './client.ts';
import { DEFAULTS, settingsFrom, type Settings } from './settings.ts';

const SECTION = 'karma-mas';

/** The settings of the user as they are now. A client either answers questions about them or pushes them. */
export class ClientSettings {
  readonly #connection: Connection;
  readonly #client: Client;
  #current: Settings = DEFAULTS;

  constructor(connection: Connection, client: Client) {
    this.#connection = connection;
    this.#client = client;
  }

  get current(): Settings {
    return this.#current;
  }

  /** `commands`: the client knows the commands of the extension. */
  initialize(commands: boolean): void {
    this.#current = { ...this.#current, commands };
  }

  /** Calls back whenever the settings have changed. Resolves when they are known for the first time. */
  async follow(changed: () => Promise<void>): Promise<void> {
    const { configuration, didChangeConfiguration } = this.#client.workspace;
    const ask = (): Promise<unknown> => this.#connection.workspace.getConfiguration(SECTION);
    this.#connection.onDidChangeConfiguration(async ({ settings: pushed }) => {
      const own = configuration ? await ask() : (pushed as Record<string, unknown> | null)?.[SECTION];
      await this.#take(own, changed);
    });
    if (configuration) await this.#take(await ask(), changed);
    if (didChangeConfiguration?.dynamicRegistration)
      await this.#connection.client.register(DidChangeConfigurationNotification.type, { section: SECTION });
  }

  async #take(own: unknown, changed: () => Promise<void>): Promise<void> {
    const before = JSON.stringify(this.#current);
    this.#current = settingsFrom(own, this.#current.commands);
    if (JSON.stringify(this.#current) !== before) await changed();
  }
}
