import assert from 'node:assert/strict';
import { fieldChanges } from '../../../src/operating/install/object-changes.ts';

describe('The changes of an object', () => {
  const object = {
    metadata: { name: 'x', resourceVersion: '1', labels: { a: '1' } },
    spec: { replicas: 1, containers: [{ image: 'one' }, { image: 'two' }], args: ['a'] },
    status: { ready: 1 },
  };

  it('An object has no changes if only the server has changed fields of its own', () => {
    const later = { ...object, metadata: { ...object.metadata, resourceVersion: '2', uid: 'u' }, status: { ready: 2 } };
    assert.deepEqual(fieldChanges(object, later), []);
  });

  it('The changes of an object are listed field by field, with what is new and what is gone', () => {
    const after = {
      ...object,
      metadata: { ...object.metadata, labels: { a: '1', b: '2' } },
      spec: { containers: [{ image: 'one' }, { image: 'three' }], args: ['a', 'b'] },
    };
    assert.deepEqual(fieldChanges(object, after), [
      { path: '.spec.replicas', before: '1', after: '' },
      { path: '.spec.containers[1].image', before: '"two"', after: '"three"' },
      { path: '.spec.args', before: '["a"]', after: '["a","b"]' },
      { path: '.metadata.labels.b', before: '', after: '"2"' },
    ]);
  });

  it('Long changes of an object are shortened', () => {
    const [{ after }] = fieldChanges({ data: '' }, { data: 'x'.repeat(500) });
    assert.match(after, /^"x{59}\.\.\. \(502 characters\)$/);
  });
});
