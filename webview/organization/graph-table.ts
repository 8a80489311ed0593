/** The table alternative: every fact of the graph as a row. */
import { html, type TemplateResult } from 'lit';
import type { Graph, GraphEdge } from '../protocol/organization.ts';
import '../shared/data-table.css';
import { t } from '../shared/l10n.ts';
import { edgeLabel, kindLabel } from './labels.ts';

interface Fact {
  readonly from: string;
  readonly word: string;
  /** Ids of nodes; several where the same is said of them. */
  readonly to: readonly string[];
}

/** In the order of the graph; what is the same for several ends is one fact. Nodes that nothing is said of stand alone. */
function factsOf({ nodes, edges }: Graph): Fact[] {
  const shown = nodes.filter(({ kind }) => kind !== 'service');
  const named = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return shown.flatMap(({ id }): Fact[] => {
    const own = Map.groupBy(
      edges.filter(({ from }) => from === id),
      (edge: GraphEdge) => edgeLabel(edge),
    );
    const facts = [...own].map(([word, same]) => ({ from: id, word, to: same.map(({ to }) => to) }));
    return facts.length > 0 || named.has(id) ? facts : [{ from: id, word: '', to: [] }];
  });
}

export function graphTable(graph: Graph, reveal: (id: string) => void): TemplateResult {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const link = (id: string): TemplateResult =>
    html`<button type="button" class="link" @click=${() => reveal(id)}>${nodes.get(id)?.name ?? id}</button>`;
  const kindOf = (id: string): string => {
    const node = nodes.get(id);
    return node ? kindLabel(node.kind) : '';
  };
  return html`<div class="data-table facts" tabindex="0" role="region" aria-label=${t('{0}, as a table', graph.name)}>
    <table>
      <caption class="visually-hidden">
        ${graph.name}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Part')}</th>
          <th scope="col">${t('Kind')}</th>
          <th scope="col">${t('Relation')}</th>
          <th scope="col">${t('To')}</th>
        </tr>
      </thead>
      <tbody>
        ${factsOf(graph).map(
          ({ from, word, to }) =>
            html`<tr>
              <th scope="row">${link(from)}</th>
              <td>${kindOf(from)}</td>
              <td>${word}</td>
              <td>${to.map((id, i) => html`${i > 0 ? ', ' : ''}${link(id)}`)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
