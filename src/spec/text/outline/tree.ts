/**
 * The outline of a text that may not be YAML yet: what stands where, as well as it can be told while someone types. Of sound
 * documents it gives what the YAML parser gives; of broken ones it keeps all that indentation and brackets still say.
 * Offsets count from the start of the file, ends are exclusive.
 */

export type TreeNode = MapNode | ListNode | ScalarNode | AliasNode;

interface Base {
  readonly start: number;
  readonly end: number;
  readonly anchor?: Name;
}

/** A name in the text, without its mark (& or *). */
export interface Name {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface MapNode extends Base {
  readonly type: 'map';
  /** Written with braces. */
  readonly flow: boolean;
  /** Column of its keys, from 0; of the line of its brace. */
  readonly indent: number;
  readonly entries: readonly Entry[];
  /** False where a closing bracket is missing. */
  readonly closed: boolean;
}

export interface Entry {
  readonly key: ScalarNode;
  /** Offset of the colon; -1 where there is none, or not yet. */
  readonly colon: number;
  readonly value?: TreeNode;
}

export interface ListNode extends Base {
  readonly type: 'list';
  readonly flow: boolean;
  /** Column of its dashes, from 0; of the line of its bracket. */
  readonly indent: number;
  readonly items: readonly Item[];
  readonly closed: boolean;
}

export interface Item {
  /** Offset of the dash; -1 in brackets, and where it is not typed yet. */
  readonly dash: number;
  readonly value?: TreeNode;
}

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

export interface ScalarNode extends Base {
  readonly type: 'scalar';
  readonly style: ScalarStyle;
  /** Column of the block that it is a part of, from 0; -1 for none. Block scalars are indented further. */
  readonly parentIndent: number;
  /** As in the file, quotes and block headers included. */
  readonly raw: string;
}

export interface AliasNode extends Base {
  readonly type: 'alias';
  readonly name: string;
}

export interface TreeDocument {
  /** From the line after its `---` to the next one, or to the end of the file. */
  readonly start: number;
  readonly end: number;
  readonly root?: TreeNode;
}
