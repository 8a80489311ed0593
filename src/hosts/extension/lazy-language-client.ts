/**
 * The language client, which is larger than the rest of the extension, in a bundle of its own that is loaded once
 * activation is over: nobody waits for it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { describeError } from './errors.ts';
import type * as client from './language-client.ts';
import type { LanguageService, Services } from './services.ts';

/** Milliseconds. Loading takes about as long as activation itself, and would count to it. */
const AFTER_ACTIVATION = 100;

export function startLazyLanguageClient(parts: Pick<Services, 'extensionUri' | 'trust' | 'log'>): LanguageService {
  const loaded = pause(AFTER_ACTIVATION).then(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- stays as it is in the CommonJS bundle
    const { startLanguageClient } = require('./language-client.cjs') as typeof client;
    return startLanguageClient(parts);
  });
  loaded.catch((error: unknown) => parts.log.error(`Language client: ${describeError(error)}`));
  const whenLoaded = (use: (language: LanguageService) => void): void => void loaded.then(use, () => undefined);
  return {
    request: async (method, params) => (await loaded).request(method, params),
    notify: async (method, params) => (await loaded).notify(method, params),
    onNotification(method, handler) {
      let subscription: vscode.Disposable | undefined;
      let ended = false;
      whenLoaded((language) => {
        if (!ended) subscription = language.onNotification(method, handler);
      });
      return new vscode.Disposable(() => {
        ended = true;
        subscription?.dispose();
      });
    },
    dispose: () => whenLoaded((language) => language.dispose()),
  };
}
