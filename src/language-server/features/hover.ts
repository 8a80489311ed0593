/** Hover and the help about the arguments of a function. */
import { hover } from '../../language/hover.ts';
import { signatureHelp } from '../../language/signature-help.ts';
import type { Features } from './features.ts';
import { markdown } from './markdown.ts';

export function registerHover(features: Features): void {
  const { connection, host } = features;

  connection.onHover(({ textDocument, position }, token) => {
    const at = features.target(textDocument, token);
    const found = at && hover(at.view, at.path, at.places.fromPosition(position), host.factsOf(at.project));
    return found ? { contents: markdown(found.markdown), range: at.places.range(found.range) } : null;
  });

  connection.onSignatureHelp(({ textDocument, position }, token) => {
    const at = features.target(textDocument, token);
    const help = at && signatureHelp(at.view, at.path, at.places.fromPosition(position));
    if (!help) return null;
    const { activeSignature, activeParameter } = help;
    const signatures = help.signatures.map(({ label, parameters }) => ({
      label,
      documentation: markdown(help.documentation),
      parameters: parameters.map(({ start, end, documentation }) => ({
        label: [start, end] as [number, number],
        documentation,
      })),
    }));
    return { signatures, activeSignature, activeParameter };
  });
}
