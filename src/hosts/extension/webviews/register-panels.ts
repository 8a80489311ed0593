import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { registerClustering } from './clustering.ts';
import { registerEpisode } from './episode.ts';
import { registerLearningCurves } from './learning-curves.ts';
import { registerOrganization } from './organization.ts';
import type { PanelName } from './panels.ts';
import { registerRelations } from './relations.ts';
import { registerRoles } from './roles.ts';
import { registerTwinReport } from './twin-report.ts';

/** Registers each panel and the commands that open it; leaving one out is a type error. */
const REGISTER: { readonly [name in PanelName]: (services: Services) => vscode.Disposable } = {
  'learning-curves': registerLearningCurves,
  'twin-report': registerTwinReport,
  episode: registerEpisode,
  clustering: registerClustering,
  roles: registerRoles,
  relations: registerRelations,
  organization: registerOrganization,
};

export const registerPanels = (services: Services): vscode.Disposable =>
  vscode.Disposable.from(...Object.values(REGISTER).map((register) => register(services)));
