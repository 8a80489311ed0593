import assert from 'node:assert/strict';
import { read, trackedFiles } from './pages.ts';

/** British spellings, each with the American one. */
const BRITISH: readonly (readonly [RegExp, string])[] = [
  [/colour/gi, 'color'],
  [/behaviour/gi, 'behavior'],
  [/neighbour/gi, 'neighbor'],
  [/(?:fav|hon|harb|rig)our/gi, 'or'],
  [/centre/gi, 'center'],
  [/\banalys(?:e|ed|ers?|ing)\b/gi, 'analyze'],
  [
    /(?:organ|normal|minim|maxim|optim|initial|summar|serial|standard|recogn|util|real|general|special|visual|character|random|penal|stabil|synchron|parallel|central|priorit|item|factor|discret|local|custom|final|token|regular|emphas|apolog)is(?:e|ing|ation|able)/gi,
    'iz',
  ],
  [/(?<!aria-)(?:label|model|travel|signal|level|total)l(?:ed|ing)(?!by)/gi, 'one l'],
  // Error codes of the Language Server Protocol keep their names.
  [/(?<!Request|Server|request)cancell(?:ed|ing|er)/gi, 'one l'],
  [/judgement/gi, 'judgment'],
  [/\b(?:learnt|spelt|burnt)\b/gi, '-ed'],
  [/\b(?:towards|whilst|amongst)\b/gi, 'toward, while, among'],
  [/\b(?:licence|defence|catalogue|programme|artefacts?)\b/gi, 'license, defense, catalog, program, artifact'],
  [/(?<!light|dark|slate)\bgrey\b/gi, 'gray'],
  [/\bfulfils?\b/gi, 'fulfill'],
];

describe('spelling', () => {
  it('All tracked texts have American spelling', () => {
    const files = trackedFiles().filter(
      (file) =>
        /\.(ts|js|md|json|ya?ml|sh|py|svg|html|css)$/.test(file) && !EXEMPT.some((pattern) => pattern.test(file)),
    );
    assert.ok(files.length > 500);
    const found = files.flatMap((file) =>
      read(file)
        .replaceAll(STORED, '')
        .split('\n')
        .flatMap((line, index) =>
          BRITISH.flatMap(([pattern, american]) =>
            [...line.matchAll(pattern)].map(([word]) => `${file}:${index + 1}: ${word} (American: ${american})`),
          ),
        ),
    );
    assert.deepEqual(found, []);
  });
});

/** This list, names that others chose, and texts that are wrong on purpose. */
const EXEMPT = [/^test\/unit\/docs\/spelling\.test\.ts$/, /package-lock\.json$/, /^test\/data\/broken-specs\//];
/** A value of the language that trained policies hold on disk. */
const STORED = /(['"`])normalised\1|\bnormalised(?=: features| \(recipe\))/g;
