/** The views that open as editors. Plain data, so that tests read it without VS Code. */
import type { ViewName } from '../../../../webview/protocol/messages.ts';

interface PanelInfo {
  /** What VS Code calls it: package.json activates by `onWebviewPanel:` this. */
  readonly viewType: string;
  /** The command that opens it. */
  readonly command: string;
  /** English; shown in the language of VS Code where there is a translation. */
  readonly title: string;
  /** Name of a codicon. */
  readonly icon: string;
}

export const PANELS = {
  'learning-curves': {
    viewType: 'karma-mas.learningCurves',
    command: 'karma-mas.openLearningCurves',
    title: 'Learning Curves',
    icon: 'graph-line',
  },
  'twin-report': {
    viewType: 'karma-mas.twinReport',
    command: 'karma-mas.openTwinReport',
    title: 'Twin Report',
    icon: 'graph-scatter',
  },
  episode: {
    viewType: 'karma-mas.episode',
    command: 'karma-mas.openEpisode',
    title: 'Episode',
    icon: 'debug-step-over',
  },
  clustering: {
    viewType: 'karma-mas.clustering',
    command: 'karma-mas.openClustering',
    title: 'Clustering',
    icon: 'type-hierarchy',
  },
  roles: {
    viewType: 'karma-mas.roles',
    command: 'karma-mas.openRoles',
    title: 'Roles and Goals',
    icon: 'person',
  },
  relations: {
    viewType: 'karma-mas.relations',
    command: 'karma-mas.openRelations',
    title: 'Relations',
    icon: 'references',
  },
  organization: {
    viewType: 'karma-mas.organization',
    command: 'karma-mas.openOrganization',
    title: 'Organization',
    icon: 'organization',
  },
} as const satisfies Readonly<Partial<Record<ViewName, PanelInfo>>>;

export type PanelName = keyof typeof PANELS;
