/** The pictures of an analysis as files. */
import type { Analysis } from '../../analyzing/analysis.ts';
import type { ClusteringData } from '../../analyzing/groups/clustering-data.ts';
import { dendrogram } from '../dendrogram.ts';
import { relationFigures, relationLegend } from '../relations-section.ts';
import { groupNames } from '../roles-section.ts';
import { heatMap } from './heat-map.ts';
import { sequenceMap } from './sequence-map.ts';
import { svgFile, type Picture } from './svg-file.ts';

/** Name without ending -> SVG. */
export function analysisFigures(analysis: Analysis, data: ClusteringData): ReadonlyMap<string, string> {
  const names = groupNames(analysis);
  const marks = relationLegend(analysis);
  const pictures: readonly (readonly [string, Picture])[] = [
    ['dendrogram', dendrogram(analysis, names)],
    ['heat-map', heatMap(analysis, data)],
    ['map', sequenceMap(analysis, data, names)],
    ...relationFigures(analysis).map((picture, i): [string, Picture] => [
      `relations-${i + 1}`,
      { ...picture, title: `Relations, ${picture.title.toLowerCase()}`, marks },
    ]),
  ];
  return new Map(pictures.map(([name, picture]) => [name, svgFile(picture)]));
}
