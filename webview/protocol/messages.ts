/**
 * Every message between the extension and its webviews. A message is added in the file of its view, in one place: both
 * sides get its type from there and check it on arrival.
 *
 * On the wire: to the host, one message {type, data}. To a view, an envelope {seq, part, parts, text}: the text of all
 * parts together is a JSON list of messages; seq counts from 1 after every `ready`.
 */
import { check, type Message, type Messages } from './check.ts';
import { cluster } from './cluster.ts';
import { clustering } from './clustering.ts';
import { episodeView } from './episode.ts';
import { learningCurves } from './learning-curves.ts';
import { organizationView } from './organization.ts';
import { relationsView } from './relations.ts';
import { rolesView } from './roles.ts';
import { flag, list, object, text, type Of } from './shape.ts';
import { twinReport } from './twin-report.ts';

/** What every view may say. */
const COMMON_TO_HOST = {
  /** The view has been loaded, or has missed an envelope: the host sends everything again. */
  ready: object({}),
  /** Something failed in the view; it goes to the log. */
  problem: object({ message: text }),
  /** The user asks for files (a chart as a picture or table): the host asks where to. base64: content is binary in base64. */
  save: object({ files: list(object({ name: text, content: text, base64: flag })) }),
} as const;

export const VIEWS = {
  'learning-curves': learningCurves,
  'twin-report': twinReport,
  cluster,
  clustering,
  organization: organizationView,
  episode: episodeView,
  roles: rolesView,
  relations: relationsView,
} as const satisfies Record<string, ViewMessages>;

interface ViewMessages {
  readonly toView: Messages;
  readonly toHost: Messages;
}

export type ViewName = keyof typeof VIEWS;
export type ToView<V extends ViewName> = DataOf<(typeof VIEWS)[V]['toView']>;
export type ToHost<V extends ViewName> = DataOf<(typeof VIEWS)[V]['toHost'] & typeof COMMON_TO_HOST>;
type DataOf<M> = { readonly [T in keyof M]: Of<M[T]> };

/** A handler for each message of one direction; leaving one out is an error of types. */
export type Handlers<M> = { readonly [T in keyof M]: (data: M[T]) => void };

export function checkToHost(view: ViewName, value: unknown): Message | string {
  return check({ ...VIEWS[view].toHost, ...COMMON_TO_HOST }, value);
}
