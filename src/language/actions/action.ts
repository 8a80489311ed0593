/** What code actions offer. */
import type { Problem } from '../../spec/problem.ts';
import type { FileEdits } from '../text.ts';

export interface CodeAction {
  readonly title: string;
  readonly kind: 'quickfix' | 'refactor.extract' | 'refactor.rewrite';
  /** Edits of a file that does not exist create it. */
  readonly edits: readonly FileEdits[];
  /** The problem that it solves. */
  readonly problem?: Problem;
  /** The obvious one. */
  readonly preferred?: boolean;
}
