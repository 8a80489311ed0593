/** Edits as LSP has them. */
import type { TextEdit as LspTextEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { FileEdits, TextEdit } from '../language/text.ts';
import { Places } from './positions.ts';
import type { Project, Projects } from './projects.ts';

export const editsIn = (places: Places, edits: readonly TextEdit[]): LspTextEdit[] =>
  edits.map(({ range, text }) => ({ range: places.range(range), newText: text }));

export const workspaceEdit = (projects: Projects, project: Project, files: readonly FileEdits[]): WorkspaceEdit => ({
  changes: Object.fromEntries(
    files.map(({ file, edits }) => {
      const uri = projects.uriOf({ project, path: file });
      return [uri, editsIn(new Places(projects.openText(uri)), edits)];
    }),
  ),
});
