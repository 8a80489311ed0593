/** The plan of an installation of the controller, as the command line reports it. */
import { list, object, oneOf, text } from '../../../../webview/protocol/shape.ts';

const writeShape = object({
  action: oneOf('create', 'change', 'unchanged', 'delete'),
  kind: text,
  namespace: text,
  name: text,
  changes: list(object({ path: text, before: text, after: text })),
  refused: text,
});

export const planShape = object({
  type: oneOf('plan'),
  action: oneOf('install', 'upgrade', 'remove'),
  context: text,
  server: text,
  namespace: text,
  image: text,
  stage: text,
  restores: list(text),
  writes: list(writeShape),
});
