/** Finds what nothing refers to, which editors show faded. Nothing is reported unless every document is understood. */
import { settingsIn } from '../../spec/cel/windows.ts';
import type { Role } from '../../spec/model.ts';
import type { DeclaredObjects } from './declared.ts';
import { removeEntry } from '../../spec/edits.ts';
import { holdersOf, parentsOf, withHeirs } from './role-users.ts';

export function checkUnused(objects: DeclaredObjects): void {
  if (!objects.complete) return;
  const { organizations, trainings } = objects.model;
  if (organizations.length > 0) {
    checkRoles(objects);
    checkMissions(objects);
  }
  if (trainings.length > 0) checkScenarios(objects);
  checkSettings(objects);
}

function checkRoles(objects: DeclaredObjects): void {
  const { organizations } = objects.model;
  const extended = new Set(objects.of('Role').flatMap(parentsOf));
  const grouped = new Set(
    organizations.flatMap(({ groups }) => groups.flatMap(({ roles }) => roles.map(({ role }) => role))),
  );
  for (const { object, value } of objects.of('Role')) {
    if (extended.has(value.name) || grouped.has(value.name) || holdersOf(value.name, organizations).length > 0)
      continue;
    const message = `No agent holds role ${value.name}, and no role extends it. Use it, or remove it.`;
    object.report(['metadata', 'name'], 'unused-role', message);
  }
}

function checkMissions(objects: DeclaredObjects): void {
  const listed = new Set(
    objects.model.organizations.flatMap(({ missions, obligations, permissions }) => [
      ...missions,
      ...[...obligations, ...permissions].map(({ mission }) => mission),
    ]),
  );
  for (const { object, value } of objects.of('Mission')) {
    if (listed.has(value.name)) continue;
    const message = `No organization lists mission ${value.name}. Use it, or remove it.`;
    object.report(['metadata', 'name'], 'unused-mission', message);
  }
}

function checkScenarios(objects: DeclaredObjects): void {
  const used = new Set(objects.model.trainings.flatMap(({ scenarios }) => scenarios));
  for (const { spec } of objects.of('Scenario')) used.add((spec as { readonly extends?: string }).extends ?? '');
  for (const { object, value } of objects.of('Scenario')) {
    if (used.has(value.name)) continue;
    const message = `No training plays scenario ${value.name}, and no scenario extends it. Use it, or remove it.`;
    object.report(['metadata', 'name'], 'unused-scenario', message);
  }
}

/** More settings than anyone reads about: each is looked up in all settings of its role. */
const MOST_TOLD = 100;

/** A setting counts as read where a rule of the role, or of one that inherits it, reads it. */
function checkSettings(objects: DeclaredObjects): void {
  const roles = objects.of('Role');
  const readBy = new Map(roles.map(({ value }) => [value.name, settingsRead(value, objects)] as const));
  for (const role of roles) {
    const { settings } = role.spec as { readonly settings: object };
    if (Object.keys(settings).length === 0) continue;
    const read = new Set<string>();
    for (const heir of withHeirs(role.value.name, roles)) {
      const names = readBy.get(heir);
      // A rule that is not understood may read anything.
      if (!names) return;
      for (const name of names) read.add(name);
    }
    const unread = Object.keys(settings).filter((name) => !read.has(name));
    for (const name of unread.slice(0, MOST_TOLD)) {
      const path = ['spec', 'settings', name];
      const message = `No rule reads setting ${name}. Use it as settings.${name}, or remove it.`;
      role.object.report(path, 'unused-setting', message, {
        at: 'key',
        fix: removeEntry(role.object, path, `Remove ${name}`),
      });
    }
  }
}

/** Undefined where a rule is not understood. */
function settingsRead(role: Role, objects: DeclaredObjects): ReadonlySet<string> | undefined {
  const conditions = role.rules.map((rule) => objects.conditionOf(role, rule));
  if (conditions.includes(undefined)) return undefined;
  return new Set(conditions.flatMap((condition) => (condition ? settingsIn(condition.root) : [])));
}
