/** Whether what arrived is what the other side may say; without the maps of all views, so that each view bundles its own alone. */
import { number, object, text, type Of, type Shape } from './shape.ts';

/** The messages of one direction: by type, what their data have to look like. */
export type Messages = Readonly<Record<string, Shape<unknown>>>;

export interface Message {
  readonly type: string;
  readonly data: unknown;
}

const message = object({ type: text });
const envelope = object({ seq: number, part: number, parts: number, text });
export type Envelope = Of<typeof envelope>;

export function checkEnvelope(value: unknown): Envelope | string {
  return envelope.problem(value, 'envelope') ?? (value as Envelope);
}

/** The message, or what is wrong with it: unknown, or not of the shape that the map says. */
export function check(messages: Messages, value: unknown): Message | string {
  const ill = message.problem(value, 'message');
  if (ill !== undefined) return ill;
  const { type, data } = value as Message;
  if (!Object.hasOwn(messages, type)) return `there is no message "${type}"`;
  return messages[type].problem(data, type) ?? { type, data };
}
