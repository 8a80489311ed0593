/** Settings of the user, as the editor has them. */
import type { Severity } from '../spec/problem.ts';

export interface Settings {
  /** The client has the extension's commands. */
  readonly commands: boolean;
  readonly codeLens: boolean;
  readonly inlayHints: boolean;
  /** The least severe problems that are shown. */
  readonly level: Severity;
}

export const DEFAULTS: Settings = { commands: false, codeLens: true, inlayHints: true, level: 'hint' };
export const LEVELS: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/** From section `karma-mas` of the client's settings; what it does not say, or says wrongly, keeps its default. */
export function settingsFrom(all: unknown, commands: boolean): Settings {
  const value = (group: string, key: string): unknown => {
    const section = (all as Record<string, unknown> | null | undefined)?.[group];
    return (section as Record<string, unknown> | null | undefined)?.[key];
  };
  const flag = (group: string, fallback: boolean): boolean => {
    const enabled = value(group, 'enabled');
    return typeof enabled === 'boolean' ? enabled : fallback;
  };
  const level = value('diagnostics', 'level');
  return {
    commands,
    codeLens: flag('codeLens', DEFAULTS.codeLens),
    inlayHints: flag('inlayHints', DEFAULTS.inlayHints),
    level: LEVELS.find((known) => known === level) ?? DEFAULTS.level,
  };
}
