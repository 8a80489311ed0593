/** Reports to the client: the problems of projects, and changes of what its views show. */
import type { Connection } from 'vscode-languageserver';
import { SPECIFICATIONS_CHANGED, type FolderClusters, type FolderSpecifications } from '../language/protocol.ts';
import { compareProblems, type Problem } from '../spec/problem.ts';
import type { Stage } from './checks.ts';
import type { ClientSettings } from './client-settings.ts';
import { clustersOf } from './clusters.ts';
import { publications } from './diagnostics.ts';
import type { ProjectProblems } from './project-problems.ts';
import type { Project, Projects } from './projects.ts';
import { LEVELS } from './settings.ts';
import { specificationsOf } from './specifications.ts';

export interface ReportSources {
  readonly projects: Projects;
  readonly problems: ProjectProblems;
  readonly settings: ClientSettings;
  /** Of a document that is open in the editor. */
  versionOf(uri: string): number | undefined;
}

export class ProjectReports {
  readonly #connection: Connection;
  readonly #sources: ReportSources;
  /** What the views of the client were last told to show, as text. */
  readonly #shown = new Map<Project, string>();

  constructor(connection: Connection, sources: ReportSources) {
    this.#connection = connection;
    this.#sources = sources;
  }

  /** Finds the problems of one stage and publishes them. */
  check(project: Project, stage: Stage): void {
    const { problems } = this.#sources;
    if (stage === 'texts') this.#publish(project, this.#visible(project, problems.ofTexts(project)));
    else if (stage === 'loaded') this.#publish(project, this.#visible(project, problems.ofLoaded(project)));
    else {
      this.#publish(project, this.#problemsOf(project));
      this.#tellChange(project);
    }
  }

  /** Withdraws the problems of a project that no longer exists. */
  withdraw(project: Project): void {
    this.#publish(project, this.#problemsOf(project));
    this.#shown.delete(project);
    this.#notify(project);
  }

  specifications(project: Project): FolderSpecifications {
    return specificationsOf(this.#sources.projects, project, project.view(), this.#problemsOf(project));
  }

  clusters(project: Project): FolderClusters {
    return {
      folder: project.uri,
      errors: this.#problemsOf(project).filter(({ severity }) => severity === 'error').length,
      clusters: clustersOf(project.view().model),
    };
  }

  #problemsOf(project: Project): readonly Problem[] {
    return this.#visible(project, this.#sources.problems.fullView(project).problems);
  }

  /** Those that the user wants to see, and files that could not be read. */
  #visible(project: Project, problems: readonly Problem[]): readonly Problem[] {
    const least = LEVELS.indexOf(this.#sources.settings.current.level);
    const wanted = problems.filter(({ severity }) => LEVELS.indexOf(severity) <= least);
    return [...wanted, ...project.unreadable.values()].sort(compareProblems);
  }

  #publish(project: Project, problems: readonly Problem[]): void {
    const { projects, versionOf } = this.#sources;
    for (const params of publications(projects, project, problems, versionOf))
      void this.#connection.sendDiagnostics(params);
  }

  #tellChange(project: Project): void {
    const now = JSON.stringify([this.specifications(project), this.clusters(project)]);
    if (this.#shown.get(project) === now) return;
    this.#shown.set(project, now);
    this.#notify(project);
  }

  #notify(project: Project): void {
    void this.#connection.sendNotification(SPECIFICATIONS_CHANGED, { folder: project.uri });
  }
}
