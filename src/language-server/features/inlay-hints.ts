import { InlayHintKind } from 'vscode-languageserver';
import { inlayHints } from '../../language/inlay-hints.ts';
import type { Features } from './features.ts';

export function registerInlayHints(features: Features): void {
  const { connection, host } = features;

  connection.languages.inlayHint.on(({ textDocument, range }, token) => {
    const at = host.settings().inlayHints ? features.target(textDocument, token) : undefined;
    if (!at) return null;
    return inlayHints(at.view, at.path, at.places.fromRange(range)).map(({ position, text, kind, tooltip }) => ({
      position: at.places.position(position),
      label: text,
      paddingLeft: true,
      ...(kind === 'unit' && { kind: InlayHintKind.Type }),
      ...(tooltip !== undefined && { tooltip }),
    }));
  });
}
