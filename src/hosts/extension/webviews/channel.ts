import type * as vscode from 'vscode';
import {
  checkToHost,
  type Handlers,
  type ToHost,
  type ToView,
  type ViewName,
} from '../../../../webview/protocol/messages.ts';
import { MessageSender } from './message-sender.ts';
import { saveFiles } from './save-files.ts';

/**
 * Sends a message to the view, in turn with others (see MessageSender). The data may be a function, which is asked when its turn
 * comes and may then return undefined: nothing to say any more. A later message for the same slot replaces one that waits;
 * left out, the slot is the type.
 */
export type Send<V extends ViewName> = <T extends keyof ToView<V> & string>(
  type: T,
  data: ToView<V>[T] | (() => ToView<V>[T] | undefined),
  slot?: string,
) => void;

/** The host side of a view, created once for a webview, however often that is hidden and shown. */
export interface ViewConnection<V extends ViewName> {
  readonly handlers: Handlers<Omit<ToHost<V>, 'ready' | 'problem' | 'save'>>;
  /** The view is shown and has no data: send everything. */
  snapshot(): void;
  dispose(): void;
}

export interface Channel extends vscode.Disposable {
  /** Call when the webview is hidden: nothing is posted until it says `ready` again. */
  hidden(): void;
}

/** Connects a webview with the host side that `connect` makes. Unknown and ill-formed messages are logged and dropped. */
export function openChannel<V extends ViewName>(
  view: V,
  webview: vscode.Webview,
  log: vscode.LogOutputChannel,
  connect: (send: Send<V>) => ViewConnection<V>,
): Channel {
  const sender = new MessageSender((envelope) => void webview.postMessage(envelope));
  const connection = connect((type, data, slot) =>
    sender.put(slot ?? type, type, (typeof data === 'function' ? data : () => data) as () => unknown),
  );
  const common: Handlers<Pick<ToHost<V>, 'ready' | 'problem' | 'save'>> = {
    ready: () => {
      sender.open();
      connection.snapshot();
    },
    problem: ({ message }) => log.error(`${view}: ${message}`),
    save: ({ files }) =>
      void saveFiles(
        files.map(({ name, content, base64 }) => ({ name, bytes: Buffer.from(content, base64 ? 'base64' : 'utf8') })),
        log,
      ),
  };
  const handlers = { ...connection.handlers, ...common } as Record<string, (data: unknown) => void>;
  const listener = webview.onDidReceiveMessage((value: unknown) => {
    const message = checkToHost(view, value);
    if (typeof message === 'string') log.warn(`${view}: dropped a message from the view: ${message}`);
    else handlers[message.type](message.data);
  });
  return {
    hidden: () => sender.close(),
    dispose() {
      sender.close();
      listener.dispose();
      connection.dispose();
    },
  };
}
