import type { Handlers, ToHost, ToView, ViewName, VIEWS } from '../protocol/messages.ts';
import { MessageReceiver } from './message-receiver.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** The view's side of a channel. `State` is the only thing that the view keeps: where the user is (what is shown, zoom, ...). */
export interface ViewChannel<V extends ViewName, State> {
  send<T extends keyof ToHost<V> & string>(type: T, data: ToHost<V>[T]): void;
  /** The last value given to `keep` in any life of this view. Any part may be missing or have an older shape, so check it. */
  readonly kept: Partial<State>;
  keep(state: State): void;
}

/**
 * Connects the view, which must be ready to draw, and asks the host for a snapshot. Call it once. `messages`: those to the view.
 */
export function connect<V extends ViewName, State extends object>(
  messages: (typeof VIEWS)[V]['toView'],
  handlers: Handlers<ToView<V>>,
): ViewChannel<V, State> {
  const host = acquireVsCodeApi();
  const receiver = new MessageReceiver(messages);
  const post = (type: string, data: unknown) => host.postMessage({ type, data });
  const report = (message: string) => post('problem', { message });
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const { messages: received, problems, lost } = receiver.receive(data);
    for (const problem of problems) report(problem);
    for (const message of received) (handlers as Record<string, (data: unknown) => void>)[message.type](message.data);
    if (lost) post('ready', {});
  });
  window.addEventListener('error', ({ message, error }) => report(stackOf(error) ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => report(stackOf(reason) ?? String(reason)));
  // Deferred until the caller has the return value.
  queueMicrotask(() => post('ready', {}));
  const kept = host.getState();
  return {
    send: post,
    kept: typeof kept === 'object' && kept !== null ? (kept as Partial<State>) : {},
    keep: (state) => host.setState(state),
  };
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
