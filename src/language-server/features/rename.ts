import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import { prepareRename, rename } from '../../language/rename.ts';
import { workspaceEdit } from '../workspace-edits.ts';
import type { Features } from './features.ts';

export function registerRename(features: Features): void {
  const { connection, projects } = features;

  connection.onPrepareRename(({ textDocument, position }, token) => {
    const at = features.target(textDocument, token);
    const found = at && prepareRename(at.view, at.path, at.places.fromPosition(position));
    if (!found) return null;
    if ('refused' in found) throw new ResponseError(LSPErrorCodes.RequestFailed, found.refused);
    return { range: at.places.range(found.range), placeholder: found.name };
  });

  connection.onRenameRequest(({ textDocument, position, newName }, token) => {
    const at = features.target(textDocument, token);
    const found = at && rename(at.view, at.path, at.places.fromPosition(position), newName);
    if (!found) return null;
    if ('refused' in found) throw new ResponseError(LSPErrorCodes.RequestFailed, found.refused);
    return workspaceEdit(projects, at.project, found);
  });
}
