/** What the requests of editors have in common: the document that is meant, and the way between places. */
import {
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type Connection,
  type Diagnostic,
  type Location as LspLocation,
} from 'vscode-languageserver';
import type { HostKnowledge } from '../../language/host-knowledge.ts';
import type { FolderView } from '../../language/folder-view.ts';
import type { Location } from '../../language/text.ts';
import type { Problem } from '../../spec/problem.ts';
import type { SourceFile } from '../../spec/text/source.ts';
import { Places } from '../positions.ts';
import type { Project, Projects } from '../projects.ts';
import type { Settings } from '../settings.ts';

/** What the features need of the server. */
export interface FeatureHost {
  readonly projects: Projects;
  /** With everything that is wrong, for code actions. */
  fullView(project: Project): FolderView;
  factsOf(project: Project): HostKnowledge;
  diagnosticOf(project: Project, problem: Problem): Diagnostic;
  settings(): Settings;
}

/** A document of the client: where it is in its project, and the way between places. */
export interface Target {
  readonly uri: string;
  readonly project: Project;
  readonly path: string;
  readonly view: FolderView;
  readonly source: SourceFile;
  readonly places: Places;
}

export class Features {
  readonly connection: Connection;
  readonly host: FeatureHost;
  readonly projects: Projects;

  constructor(connection: Connection, host: FeatureHost) {
    this.connection = connection;
    this.host = host;
    this.projects = host.projects;
  }

  /** Undefined where the document is in no project. Throws where the request has been canceled. */
  target({ uri }: { readonly uri: string }, token: CancellationToken): Target | undefined {
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'Canceled.');
    const place = this.projects.placeOf(uri);
    const view = place?.project.view();
    const source = place && view?.source(place.path);
    if (!place || !view || !source) return undefined;
    return { uri, ...place, view, source, places: new Places(this.projects.openText(uri)) };
  }

  located(project: Project, { file, range }: Location): LspLocation {
    const uri = this.projects.uriOf({ project, path: file });
    return { uri, range: new Places(this.projects.openText(uri)).range(range) };
  }
}
