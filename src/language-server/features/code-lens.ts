import { codeLenses, type CommandTarget } from '../../language/code-lens.ts';
import { SHOW_REFERENCES, type ShowReferencesArguments } from '../../language/protocol.ts';
import type { Features } from './features.ts';

export function registerCodeLens(features: Features): void {
  const { connection, host } = features;

  connection.onCodeLens(({ textDocument }, token) => {
    const { commands, codeLens } = host.settings();
    const at = commands && codeLens ? features.target(textDocument, token) : undefined;
    if (!at) return null;
    return codeLenses(at.view, at.path, host.factsOf(at.project)).map(({ range, title, action }) => {
      const where = at.places.range(range);
      if (action.type === 'show') {
        const args: ShowReferencesArguments = {
          uri: at.uri,
          position: where.start,
          locations: action.locations.map((location) => features.located(at.project, location)),
        };
        // Without a place to go to, the lens is only a text.
        const command = action.locations.length > 0 ? SHOW_REFERENCES : '';
        return { range: where, command: { title, command, arguments: [args] } };
      }
      const [of, ...more] = action.arguments as [CommandTarget, ...unknown[]];
      const args = more.length > 0 ? more : [{ folder: at.project.uri, uri: at.uri, ...named(of) }];
      return { range: where, command: { title, command: action.id, arguments: args } };
    });
  });
}

/** As the commands take it: `{ training: 'main' }`. */
const named = ({ kind, name }: CommandTarget): Record<string, string> => ({ [kind.toLowerCase()]: name });
