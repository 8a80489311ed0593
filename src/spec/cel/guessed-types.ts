/** The types of a syntax tree as far as they can be told while it is typed. Of a sound expression they are those of the checker. */
import type { ElementType, SyntaxNode, SyntaxType } from './syntax.ts';
import { CLUSTER_VOCABULARY, isClusterField, isServiceField, SERVICE_VOCABULARY } from './vocabulary.ts';

/** The types of the names that every expression knows. */
export const ROOT_TYPES: Readonly<Record<string, SyntaxType>> = {
  service: 'service',
  services: 'list<service>',
  cluster: 'cluster',
  settings: 'settings',
};

/** The type of `of.name`. */
export function memberType(of: SyntaxType, name: string): SyntaxType {
  if (of === 'service' && isServiceField(name)) return SERVICE_VOCABULARY[name].type;
  if (of === 'cluster' && isClusterField(name)) return CLUSTER_VOCABULARY[name].type;
  return of === 'settings' ? 'number' : 'unknown';
}

/** The type of a call. */
export function callType(name: string, of: SyntaxNode | undefined, args: readonly SyntaxNode[]): SyntaxType {
  switch (name) {
    case 'filter':
      return of?.type ?? 'unknown';
    case 'map':
      return `list<${asElement(args.at(-1)?.type ?? 'unknown')}>`;
    case 'all':
    case 'exists':
    case 'exists_one':
      return 'bool';
    case 'change':
    case 'mean':
    case 'sum':
    case 'min':
    case 'max':
    case 'size':
      return 'number';
    default:
      return 'unknown';
  }
}

/** What a list of such items holds. */
export const asElement = (type: SyntaxType): ElementType =>
  type === 'number' || type === 'bool' || type === 'string' || type === 'service' ? type : 'unknown';
