import assert from 'node:assert/strict';
import { Random } from '../../../src/cluster/random.ts';
import { FolderAnalysis } from '../../../src/language/analysis.ts';
import { objectsOf } from '../../../src/language/names/file-names.ts';
import { documentsOf } from '../../../src/spec/text/outline/lookup.ts';
import { outlineOf } from '../../../src/spec/text/outline/documents.ts';
import { sourceOf } from '../../../src/spec/text/source.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { role, sampleFiles } from '../spec/samples.ts';

const always = (): boolean => true;

describe('analysis of a folder that changes', () => {
  it('The analysis gives the same view until something changes', () => {
    const analysis = new FolderAnalysis();
    analysis.set('a.karma.yaml', role);
    const view = analysis.view(always);
    assert.equal(analysis.view(always), view);
    analysis.set('a.karma.yaml', role);
    assert.equal(analysis.view(always), view);
    analysis.set('b.karma.yaml', role.replace('grower', 'other'));
    assert.notEqual(analysis.view(always), view);
    assert.deepEqual(
      analysis.view(always).model.roles.map(({ name }) => name),
      ['grower', 'other'],
    );
    analysis.delete('a.karma.yaml');
    assert.deepEqual(
      analysis.view(always).model.roles.map(({ name }) => name),
      ['other'],
    );
    const before = analysis.view(always);
    analysis.invalidate();
    assert.notEqual(analysis.view(always), before);
  });

  it('The problems of the texts alone are those that need no other object', () => {
    const analysis = new FolderAnalysis();
    analysis.set(
      'a.karma.yaml',
      `${role.replace('rules', 'rulez')}---\n${role.replace('grower', 'other').replace('service.pending', 'service.pendin')}`,
    );
    assert.deepEqual(
      analysis.texts().problems.map(({ code }) => code),
      ['unknown-key'],
    );
    assert.ok(analysis.view(always).problems.some(({ code }) => code === 'cel-unknown-field'));
  });

  it('Outlines and names equal those of a fresh reading after each of 300 random edits', async () => {
    const random = new Random(20260202);
    const sample = await sampleFiles();
    const whole = sample.map(({ text }) => text).join('---\n');
    const analysis = new FolderAnalysis();
    let text = whole;
    let taken = 0;
    for (let i = 0; i < 300; i++) {
      const changed = i % 8 === 7 ? whole : mutate(text, random);
      if (typeof changed !== 'string') continue;
      text = changed;
      analysis.set('all.karma.yaml', text);
      const source = analysis.view(always).source('all.karma.yaml');
      if (!source) continue; // no text, because of a NUL
      const fresh = sourceOf(source.path, source.text);
      assert.deepEqual(documentsOf(source), outlineOf(source.text), `edit ${i}`);
      const names = (of: typeof source) =>
        objectsOf(of).map(({ document, kind, name, names: uses }) => [document, kind, name, uses]);
      assert.deepEqual(names(source), names(fresh), `edit ${i}`);
      assert.ok(
        objectsOf(source).every(
          (object, at) => object.source === source && object.document === documentsOf(source)[at],
        ),
      );
      taken++;
    }
    assert.ok(taken > 200);
  });
});
