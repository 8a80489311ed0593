/** Checks of an organization against its roles, missions and trainings, beyond what makes it unusable. */
import type { Agent, Deontic, Organization } from '../../spec/model.ts';
import { sortByDependency } from '../../spec/graph.ts';
import { overlap } from '../../spec/resolve/organization.ts';
import type { Path } from '../../spec/text/locate.ts';
import type { Declared, DeclaredObjects } from './declared.ts';
import { addItem, removeItem } from '../../spec/edits.ts';
import { Reasoning } from './ranges/reasoning.ts';
import { settingsOf } from './role-users.ts';

type DeclaredOrganization = Declared<'Organization'>;
type DutyList = 'obligations' | 'permissions';

export function checkOrganizations(objects: DeclaredObjects): void {
  for (const organization of objects.of('Organization')) {
    checkMissions(organization, objects);
    checkDuties(organization);
    checkTimes(organization, objects);
    checkAuthority(organization);
    organization.value.agents.forEach((agent, index) => checkSight(organization, agent, index, objects));
  }
}

const dutiesOf = ({
  obligations,
  permissions,
}: Organization): readonly { duty: Deontic; list: DutyList; index: number }[] => [
  ...obligations.map((duty, index) => ({ duty, list: 'obligations' as const, index })),
  ...permissions.map((duty, index) => ({ duty, list: 'permissions' as const, index })),
];

/** Where missions count in the return, a role without a mission and a mission without a role are probably mistakes. */
function checkMissions({ object, value }: DeclaredOrganization, { model }: DeclaredObjects): void {
  const counts = (name: string): boolean =>
    model.missions.some((mission) => mission.name === name && mission.goals.some(({ weight }) => weight > 0));
  const duties = dutiesOf(value);
  value.missions.forEach((mission, index) => {
    if (!counts(mission) || duties.some(({ duty }) => duty.mission === mission)) return;
    const message = `Mission ${mission} has a weight, but no role must or may follow it, so that it counts for no agent. Add an obligation or a permission.`;
    object.report(['spec', 'functional', 'missions', index], 'mission-without-duty', message);
  });
  if (!value.missions.some(counts)) return;
  const told = new Set<string>();
  value.agents.forEach(({ roles }, index) =>
    roles.forEach((role, at) => {
      if (told.has(role) || duties.some(({ duty }) => duty.role === role)) return;
      told.add(role);
      const message = `Missions count in the return, but role ${role} has none. Add an obligation or a permission, or leave it so.`;
      object.report(
        rolePath(object.document.yaml.hasIn(['spec', 'agents', index, 'roles']), index, at),
        'role-without-mission',
        message,
      );
    }),
  );
}

const rolePath = (several: boolean, agent: number, at: number): Path =>
  several ? ['spec', 'agents', agent, 'roles', at] : ['spec', 'agents', agent, 'role'];

/** An agent that has one mission at one time through two of its roles. */
function checkDuties({ object, value }: DeclaredOrganization): void {
  const duties = dutiesOf(value);
  duties.forEach(({ duty, list, index }, at) => {
    for (const agent of value.agents) {
      if (agent.roles.length < 2 || !agent.roles.includes(duty.role)) continue;
      const other = duties
        .slice(0, at)
        .find(
          ({ duty: earlier }) =>
            earlier.role !== duty.role &&
            agent.roles.includes(earlier.role) &&
            overlap({ ...earlier, role: duty.role }, duty),
        );
      if (!other) continue;
      const verb = (of: DutyList): string => (of === 'obligations' ? 'must' : 'may');
      const message = `Agent ${agent.name} ${verb(other.list)} follow mission ${duty.mission} by role ${other.duty.role} and ${verb(list)} by role ${duty.role}, at the same time: it counts twice. Remove one, or change its times.`;
      object.report(['spec', 'deontic', list, index, 'mission'], 'duty-counted-twice', message, {
        related: [object.place(['spec', 'deontic', other.list, other.index, 'mission'], 'The other duty.')],
        fix: removeItem(
          object,
          ['spec', 'deontic', list],
          index,
          `Remove the ${list === 'obligations' ? 'obligation' : 'permission'}`,
        ),
      });
      return;
    }
  });
}

/** Duties that begin when the episodes of all trainings are over. */
function checkTimes({ object, value }: DeclaredOrganization, objects: DeclaredObjects): void {
  const trainings = objects.of('Training').filter((training) => training.value.organization === value.name);
  if (trainings.length === 0) return;
  const longest = trainings.reduce((a, b) => (b.value.budget.episode > a.value.budget.episode ? b : a));
  const { episode } = longest.value.budget;
  for (const { duty, list, index } of dutiesOf(value)) {
    if (duty.timeConstraint === 'any' || duty.timeConstraint.from < episode) continue;
    const message = `This begins after ${duty.timeConstraint.from}s, when the episodes of all trainings are over (${episode}s). Move it, or lengthen the episodes.`;
    object.report(['spec', 'deontic', list, index, 'timeConstraint', 'from'], 'duty-outside-episode', message, {
      related: [longest.object.place(['metadata', 'name'], `Training ${longest.value.name} has the longest episodes.`)],
    });
  }
}

function checkAuthority({ object, value }: DeclaredOrganization): void {
  const links = value.groups.flatMap(({ links }, group) =>
    links.flatMap(({ type, from, to }, index) =>
      type === 'authority' ? [{ from, to, path: ['spec', 'structural', 'groups', group, 'links', index] as Path }] : [],
    ),
  );
  const { cycles } = sortByDependency([...new Set(links.flatMap(({ from, to }) => [from, to]))], (role) =>
    links.filter(({ from }) => from === role).map(({ to }) => to),
  );
  for (const cycle of cycles) {
    const round = cycle.flatMap((from, at) => {
      const to = cycle[(at + 1) % cycle.length];
      return links.find((link) => link.from === from && link.to === to) ?? [];
    });
    const [last] = round.slice(-1);
    const message = `Roles have authority over one another in a circle: ${[...cycle, cycle[0]].join(' -> ')}. Remove one of these links.`;
    object.report(last.path, 'authority-cycle', message, {
      related: round.slice(0, -1).map(({ path }) => object.place(path, 'A link of the circle.')),
    });
  }
}

/** Rules that read services, none of which the agent sees. */
function checkSight(
  { object, value }: DeclaredOrganization,
  { name, roles, observes, scope }: Agent,
  index: number,
  objects: DeclaredObjects,
): void {
  const { model } = objects;
  const cluster = model.clusters.find((each) => each.name === value.cluster);
  if (!cluster || observes.length === 0) return;
  const nameOf = (service: number): string => cluster.services[service].name;
  const moved = scope.length > 0 ? scope : cluster.services.map((service) => service.name);
  // An agent that sees nothing of what it may move is reported already.
  if (!moved.some((service) => observes.includes(service))) return;
  const reads = new Set<string>();
  for (const role of model.roles.filter((each) => roles.includes(each.name)))
    for (const rule of role.rules) {
      const expression = objects.conditionOf(role, rule);
      const settings = settingsOf(role, model.trainings);
      const read = (services: readonly number[]): void => services.forEach((service) => reads.add(nameOf(service)));
      cluster.services.forEach((service, at) => {
        if (!expression || !moved.includes(service.name)) return;
        if (rule.services.length > 0 && !rule.services.includes(service.name)) return;
        new Reasoning({ cluster, settings, service: at }, { read }).truthOf(expression.root);
      });
    }
  if (reads.size === 0 || [...reads].some((service) => observes.includes(service))) return;
  const unseen = [...reads].join(', ');
  const message = `The rules of agent ${name} read ${unseen}, of which it sees nothing: it cannot learn when it may act. Add it to observes.`;
  const path = ['spec', 'agents', index, 'observes'];
  object.report(path, 'agent-sees-nothing', message, {
    at: 'key',
    fix: addItem(object, path, [...reads], `Add ${unseen} to observes`),
  });
}
