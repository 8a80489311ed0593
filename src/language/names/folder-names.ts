/** Names across the files of a folder: what each one refers to, and where else that is named. */
import type { Kind } from '../../spec/schema/validators.ts';
import type { FolderView } from '../folder-view.ts';
import { mapsAt, textAt, textsAt } from '../../spec/text/outline/lookup.ts';
import { objectsOf, type DeclaredObject, type NameUse } from './file-names.ts';
import type { NameKind } from './places.ts';

/** A name in its place. */
export interface Occurrence extends NameUse {
  readonly object: DeclaredObject;
  /** What it refers to. Several where one text is read for several things, such as a role that works on two clusters. */
  readonly targets: readonly string[];
  /** It stands for any of its targets: that one of them is renamed changes nothing here unless all are. */
  readonly any: boolean;
}

const known = new WeakMap<FolderView, FolderNames>();

export function namesOf(folder: FolderView): FolderNames {
  let names = known.get(folder);
  if (!names) known.set(folder, (names = new FolderNames(folder)));
  return names;
}

export class FolderNames {
  readonly objects: readonly DeclaredObject[];
  readonly #byKind: ReadonlyMap<Kind | undefined, readonly DeclaredObject[]>;
  #occurrences: readonly Occurrence[] | undefined;
  readonly #clusters = new Map<string, readonly string[]>();
  /** Found once for an object: all services that it names ask. */
  readonly #named = new Map<DeclaredObject, readonly string[] | undefined>();

  constructor(folder: FolderView) {
    this.objects = folder.sources.flatMap((source) => objectsOf(source));
    this.#byKind = Map.groupBy(this.objects, ({ kind }) => kind);
  }

  ofKind(kind: Kind): readonly DeclaredObject[] {
    return this.#byKind.get(kind) ?? [];
  }

  object(kind: Kind, name: string): DeclaredObject | undefined {
    return this.ofKind(kind).find((object) => object.name === name);
  }

  get occurrences(): readonly Occurrence[] {
    return (this.#occurrences ??= this.objects.flatMap((object) =>
      object.names.map((use) => ({
        ...use,
        object,
        targets: this.#targetsOf(use, object),
        any: use.ofRole === '*' || (use.kind === 'service' && !this.#namedClusters(object)),
      })),
    ));
  }

  /** The name at an offset; what an alias stands for is found at the alias, too. */
  at(path: string, offset: number): Occurrence | undefined {
    const touching = this.occurrences.filter(
      ({ object, start, end }) => object.source.path === path && start <= offset && offset <= end,
    );
    // `roles.a.settings.b` touches none of its dots; a name that ends here gives way to one that starts.
    return touching.findLast(({ start }) => start < offset || touching.length === 1) ?? touching[0];
  }

  /** All that name one of these targets, or something that has to keep the same name. */
  allOf(targets: readonly string[]): {
    readonly occurrences: readonly Occurrence[];
    readonly targets: ReadonlySet<string>;
  } {
    const wanted = new Set(targets);
    for (let size = 0; size !== wanted.size;) {
      size = wanted.size;
      for (const { targets: some, any } of this.occurrences) {
        if (!any && some.some((target) => wanted.has(target))) some.forEach((target) => wanted.add(target));
      }
    }
    const places = new Set<string>();
    const occurrences = this.occurrences.filter(({ targets: some, object, start, any }) => {
      const place = `${object.source.path}:${start}`;
      const has = (target: string): boolean => wanted.has(target);
      const named = any ? some.length > 0 && some.every(has) : some.some(has);
      if (!named || places.has(place)) return false;
      places.add(place);
      return true;
    });
    return { occurrences, targets: wanted };
  }

  /** The names of a kind that may be written in an object. */
  candidates(
    kind: NameKind,
    object: DeclaredObject,
  ): readonly { readonly name: string; readonly declared: DeclaredObject }[] {
    if (kind === 'service') {
      return this.clustersOf(object).flatMap((cluster) => {
        const declared = this.object('Cluster', cluster);
        return declared ? servicesOf(declared).map((name) => ({ name, declared })) : [];
      });
    }
    if (kind === 'setting') {
      if (object.name === undefined) return settingsOf(object).map((name) => ({ name, declared: object }));
      const lineage = [object, ...this.ancestors(object)];
      return lineage.flatMap((declared) => settingsOf(declared).map((name) => ({ name, declared })));
    }
    if (kind === 'agent' || kind === 'group' || kind === 'goal') return [];
    return this.ofKind(kind).flatMap((declared) =>
      declared.name === undefined ? [] : { name: declared.name, declared },
    );
  }

  /** Roles (scenarios) that an object extends, near ones first. */
  ancestors(object: DeclaredObject): readonly DeclaredObject[] {
    const found: DeclaredObject[] = [];
    const open = [object];
    for (let next = open.shift(); next; next = open.shift()) {
      for (const name of textsAt(next.document.root, ['spec', 'extends']).reverse()) {
        const parent = next.kind && this.object(next.kind, name);
        if (parent && parent !== object && !found.includes(parent)) {
          found.push(parent);
          open.push(parent);
        }
      }
    }
    return found;
  }

  descendants(object: DeclaredObject): readonly DeclaredObject[] {
    if (!object.kind) return [];
    return this.ofKind(object.kind).filter((other) => other !== object && this.ancestors(other).includes(object));
  }

  /** Names of the clusters that an object is about; all of the folder where nothing says which. */
  clustersOf(object: DeclaredObject): readonly string[] {
    if (object.kind === 'Cluster') return object.name === undefined ? [] : [object.name];
    const key = `${object.kind}/${object.name ?? `${object.source.path}:${object.document.start}`}`;
    let clusters = this.#clusters.get(key);
    if (!clusters) {
      clusters = this.#namedClusters(object) ?? this.ofKind('Cluster').flatMap(({ name }) => name ?? []);
      this.#clusters.set(key, clusters);
    }
    return clusters;
  }

  #namedClusters(object: DeclaredObject): readonly string[] | undefined {
    if (!this.#named.has(object)) this.#named.set(object, this.#findNamedClusters(object));
    return this.#named.get(object);
  }

  #findNamedClusters(object: DeclaredObject): readonly string[] | undefined {
    if (object.kind === 'Cluster') return this.clustersOf(object);
    const organizations = this.#organizationsOf(object);
    const named = organizations.flatMap(({ document }) => textAt(document.root, ['spec', 'cluster']) ?? []);
    const there = [...new Set(named)].filter((name) => this.object('Cluster', name));
    return there.length > 0 ? there : undefined;
  }

  #organizationsOf(object: DeclaredObject): readonly DeclaredObject[] {
    const { kind, name, document } = object;
    const named = (other: string | undefined): readonly DeclaredObject[] =>
      other === undefined ? [] : this.ofKind('Organization').filter((organization) => organization.name === other);
    switch (kind) {
      case 'Organization':
        return [object];
      case 'Training':
        return named(textAt(document.root, ['spec', 'organization']));
      case 'Transfer': {
        const training = this.object('Training', textAt(document.root, ['spec', 'training']) ?? '');
        return named(training && textAt(training.document.root, ['spec', 'organization']));
      }
      case 'Scenario': {
        const names = [object, ...this.descendants(object)].flatMap((scenario) => scenario.name ?? []);
        return this.ofKind('Training')
          .filter((training) =>
            textsAt(training.document.root, ['spec', 'scenarios']).some((each) => names.includes(each)),
          )
          .flatMap((training) => named(textAt(training.document.root, ['spec', 'organization'])));
      }
      case 'Role': {
        const names = [object, ...this.descendants(object)].flatMap((role) => role.name ?? []);
        return this.ofKind('Organization').filter((organization) =>
          rolesIn(organization).some((role) => names.includes(role)),
        );
      }
      case 'Mission':
        return this.ofKind('Organization').filter((organization) =>
          textsAt(organization.document.root, ['spec', 'functional', 'missions']).includes(name ?? ''),
        );
      default:
        return [];
    }
  }

  #targetsOf(use: NameUse, object: DeclaredObject): readonly string[] {
    const { kind, name } = use;
    const place = `${object.source.path}#${object.document.start}`;
    switch (kind) {
      case 'anchor':
        return [`anchor:${place}/${name}`];
      case 'service':
        return this.clustersOf(object).map((cluster) => `service:${cluster}/${name}`);
      case 'setting': {
        if (use.ofRole === '*')
          return this.ofKind('Role').flatMap((role) =>
            settingsOf(role).includes(name) ? settingTarget(role, name) : [],
          );
        const role = use.ofRole === undefined ? object : this.object('Role', use.ofRole);
        if (!role) return [];
        return [role, ...this.ancestors(role).filter((parent) => settingsOf(parent).includes(name))].map((each) =>
          settingTarget(each, name),
        );
      }
      case 'agent':
      case 'group':
      case 'goal':
        return [`${kind}:${object.name ?? place}/${name}`];
      default:
        return [`${kind}:${name}`];
    }
  }
}

const settingTarget = ({ name, source, document }: DeclaredObject, setting: string): string =>
  `setting:${name ?? `${source.path}#${document.start}`}/${setting}`;

/** Names of the services of a cluster. */
export const servicesOf = ({ document }: DeclaredObject): string[] =>
  mapsAt(document.root, ['spec', 'services']).flatMap((service) => textAt(service, ['name']) ?? []);

/** Names of the settings that a role itself gives. */
export const settingsOf = ({ names }: DeclaredObject): string[] =>
  names.flatMap(({ kind, declares, name }) => (kind === 'setting' && declares ? name : []));

/** Roles that an organization lists or gives to an agent. */
function rolesIn({ names }: DeclaredObject): string[] {
  return names.flatMap(({ kind, name, declares }) => (kind === 'Role' && !declares ? name : []));
}
