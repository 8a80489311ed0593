/** The rooms of src/ from the lowest on: imports point from a row to those above it here, and rooms in one row do not import one another. */
export const LAYERS: readonly (readonly string[])[] = [
  ['spec'],
  ['language', 'cluster', 'nn', 'runs'],
  ['modeling'],
  ['deciding'],
  ['training'],
  ['analyzing'],
  ['evaluating'],
  ['transferring'],
  ['reporting'],
  ['jobs'],
  ['setup', 'operating', 'language-server'],
  ['hosts'],
];
