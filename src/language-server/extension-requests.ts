/** The requests of our own extension, beyond those of LSP (src/language/protocol.ts). */
import type { Connection } from 'vscode-languageserver';
import {
  ADD_PROPOSAL,
  CLUSTERS,
  GUIDES,
  ORGANIZATION,
  PROPOSALS,
  SPECIFICATIONS,
  type AddProposalAnswer,
  type AddProposalParams,
  type FolderClusters,
  type FolderSpecifications,
  type GuidesAnswer,
  type GuidesParams,
  type OrganizationAnswer,
  type OrganizationParams,
  type ProposalsAnswer,
  type ProposalsParams,
  type SpecificationsParams,
} from '../language/protocol.ts';
import { guidesOf, organizationOf } from './organization.ts';
import type { ProjectProblems } from './project-problems.ts';
import type { ProjectReports } from './project-reports.ts';
import type { Project, Projects } from './projects.ts';
import { acceptProposal, proposalsOf } from './proposals.ts';
import { pathOf } from './uris.ts';

export interface RequestSources {
  readonly projects: Projects;
  readonly problems: ProjectProblems;
  readonly reports: ProjectReports;
  /** Resolves when the folders of the workspace have been read; every answer waits for it. */
  readonly started: Promise<void>;
}

export function registerExtensionRequests(connection: Connection, sources: RequestSources): void {
  const { projects, problems, reports } = sources;
  const projectsIn = async (folder: string | undefined): Promise<readonly Project[]> => {
    await sources.started;
    return projects.all.filter(({ uri }) => folder === undefined || isWithin(uri, folder) || isWithin(folder, uri));
  };
  const projectIn = async (folder: string): Promise<Project | undefined> => (await projectsIn(folder))[0];

  connection.onRequest(SPECIFICATIONS, async ({ folder }: SpecificationsParams): Promise<FolderSpecifications[]> =>
    (await projectsIn(folder)).map((project) => reports.specifications(project)),
  );
  connection.onRequest(CLUSTERS, async ({ folder }: SpecificationsParams): Promise<FolderClusters[]> =>
    (await projectsIn(folder)).map((project) => reports.clusters(project)),
  );
  connection.onRequest(
    ORGANIZATION,
    async ({ folder, name }: OrganizationParams): Promise<OrganizationAnswer | null> => {
      const project = await projectIn(folder);
      return project ? organizationOf(projects, project, project.view(), name) : null;
    },
  );
  connection.onRequest(GUIDES, async (params: GuidesParams): Promise<GuidesAnswer | null> => {
    const project = await projectIn(params.folder);
    return project ? guidesOf(project.view(), problems.samplesOf(project), params) : null;
  });
  connection.onRequest(PROPOSALS, async (params: ProposalsParams): Promise<ProposalsAnswer | null> => {
    const project = await projectIn(params.folder);
    return project ? proposalsOf(project.view(), params) : null;
  });
  connection.onRequest(ADD_PROPOSAL, async (params: AddProposalParams): Promise<AddProposalAnswer | null> => {
    const project = await projectIn(params.folder);
    return project ? acceptProposal(projects, project, params) : null;
  });
}

/** Whether a URI is that of the folder, or below it. Slashes at the end and the encoding of ':' differ among editors. */
function isWithin(uri: string, folder: string): boolean {
  const [inner, outer] = [uri, folder].map((each) => `${(pathOf(each) ?? each).replace(/[\\/]+$/, '')}/`);
  return inner.replaceAll('\\', '/').startsWith(outer.replaceAll('\\', '/'));
}
