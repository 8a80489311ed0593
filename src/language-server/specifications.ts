/** What the Specifications view shows of a project. */
import type { FolderView } from '../language/folder-view.ts';
import type { Problem } from '../spec/problem.ts';
import { KINDS } from '../spec/schema/validators.ts';
import type { SpecDocument } from '../spec/read-file.ts';
import { offsetsOf } from '../spec/text/locate.ts';
import { rangeOf } from '../spec/text/source.ts';
import type { Place, Project, Projects } from './projects.ts';
import { Places } from './positions.ts';
import type { FolderSpecifications, SpecificationObject } from '../language/protocol.ts';

export function specificationsOf(
  projects: Projects,
  project: Project,
  view: FolderView,
  problems: readonly Problem[],
): FolderSpecifications {
  const byFile = Map.groupBy(problems, ({ file }) => file);
  const objects = view.documents.flatMap((document) => {
    const { kind, name, source } = document;
    if (kind === undefined || name === undefined) return [];
    const place: Place = { project, path: source.path };
    const uri = projects.uriOf(place);
    const within = inDocument(document);
    const own = (byFile.get(source.path) ?? []).filter(({ range }) => within(range.start.line));
    const [start, end] = offsetsOf(document.yaml, ['metadata', 'name'], 'value');
    const object: SpecificationObject = {
      kind,
      name,
      description: descriptionOf(document),
      uri,
      range: new Places(projects.openText(uri)).range(rangeOf(source, start, end)),
      ...counts(own),
    };
    return [object];
  });
  objects.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)); // stable: in a kind as in the files
  return { folder: project.uri, objects, ...counts(problems) };
}

function inDocument({ yaml, source }: SpecDocument): (line: number) => boolean {
  const [start, , end] = yaml.range;
  const range = rangeOf(source, start, end);
  return (line) => line >= range.start.line && line <= range.end.line;
}

function descriptionOf({ yaml }: SpecDocument): string {
  const text = yaml.getIn(['spec', 'description']);
  return typeof text === 'string' ? text : '';
}

const counts = (problems: readonly Problem[]): { errors: number; warnings: number } => ({
  errors: problems.filter(({ severity }) => severity === 'error').length,
  warnings: problems.filter(({ severity }) => severity === 'warning').length,
});
