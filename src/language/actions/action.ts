/** What code actions offer. */
import type { Problem } from '../../spec/problem.ts';
import type { FileEdits } from '../text.ts';

export interface CodeAction {
  readonly title: string;
  readonly kind: 'quickfix' | 'refactor.extract' | 'refactor.rewrite';
  /** Files that do not exist yet are made by their edits. */
  readonly edits: readonly FileEdits[];
  /** What it puts right. */
  readonly problem?: Problem;
  /** The obvious one. */
  readonly preferred?: boolean;
}
