import assert from 'node:assert/strict';
import { isInside, topmostFolders } from '../../../../src/hosts/extension/project-folders.ts';

describe('Project folders', () => {
  it('Project folders are the topmost folders that have specifications', () => {
    assert.deepEqual(topmostFolders(['/w/a/one.karma.yaml', '/w/a/deep/er/two.karma.yaml', '/w/b/three.karma.yaml']), [
      '/w/a',
      '/w/b',
    ]);
    assert.deepEqual(topmostFolders(['/w/x.karma.yaml', '/w/a/y.karma.yaml']), ['/w']);
    assert.deepEqual(topmostFolders([]), []);
  });

  it('Project folders whose names only begin alike are not confused', () => {
    assert.deepEqual(topmostFolders(['/w/a/x.karma.yaml', '/w/ab/y.karma.yaml']), ['/w/a', '/w/ab']);
    assert.ok(!isInside('/w/ab', '/w/a'));
    assert.ok(isInside('/w/a', '/w/a'));
    assert.ok(isInside('/w/a/b', '/w/a'));
    assert.ok(isInside('/anything', '/'));
  });

  it('Project folders are not looked for in the copies of runs and in packages', () => {
    const files = ['/w/p/.karma/runs/1/x.karma.yaml', '/w/node_modules/p/x.karma.yaml', '/w/.git/x.karma.yaml'];
    assert.deepEqual(topmostFolders(files), []);
  });
});
