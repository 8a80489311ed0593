/** Ranges of the text that can be folded, or selected step by step. */
import { FoldingRangeKind, type SelectionRange } from 'vscode-languageserver';
import { foldingRanges } from '../../language/folding.ts';
import { selectionRanges } from '../../language/selection-ranges.ts';
import type { Features } from './features.ts';

export function registerRanges(features: Features): void {
  const { connection } = features;

  connection.onFoldingRanges(({ textDocument }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return null;
    return foldingRanges(at.view, at.path).map(({ start, end, kind }) => ({
      startLine: start - 1,
      endLine: end - 1,
      ...(kind && { kind: kind === 'comment' ? FoldingRangeKind.Comment : FoldingRangeKind.Region }),
    }));
  });

  connection.onSelectionRanges(({ textDocument, positions }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return null;
    return positions.map((position) => {
      const ranges = selectionRanges(at.view, at.path, at.places.fromPosition(position));
      const innermost = ranges.reduceRight<SelectionRange | undefined>(
        (parent, range) => ({ range: at.places.range(range), ...(parent && { parent }) }),
        undefined,
      );
      return innermost ?? { range: { start: position, end: position } };
    });
  });
}
