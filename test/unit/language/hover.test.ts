import assert from 'node:assert/strict';
import type { HostKnowledge } from '../../../src/language/host-knowledge.ts';
import { hover } from '../../../src/language/hover.ts';
import { signatureHelp } from '../../../src/language/signature-help.ts';
import { offsetAt } from '../../../src/language/text.ts';
import { emptyObservation } from '../../../src/spec/observation.ts';
import { marked, readCases, type Case } from './cases.ts';

interface HoverCase extends Case {
  /** What the hover marks; null where there is none. */
  readonly marks: string | null;
  readonly says?: readonly string[];
  readonly silent?: readonly string[];
  /** With a state of the sample cluster. */
  readonly state?: boolean;
}

interface SignatureCase extends Case {
  /** The signature that fits, with its active parameter in angle brackets; null where there is none. */
  readonly shows: string | null;
}

/** Services a and b with a full queue, d with failed pods. */
function busyState(): HostKnowledge {
  const observation = emptyObservation(1, 4);
  observation.service.pending.set([40, 12, 0, 0]);
  observation.service.received.set([120, 80, 80, 100]);
  observation.service.ready.set([2, 1, 3, 4]);
  observation.service.desired.set([2, 1, 3, 4]);
  observation.service.failed.set([0, 0, 0, 1]);
  observation.cluster.successRate[0] = 0.93;
  return { sampleState: () => ({ from: 'a test', history: { interval: 15, at: () => observation } }) };
}

describe('hover', () => {
  const cases = readCases<HoverCase>('hover');

  it('At least 25 cases test hover', () => assert.ok(cases.length >= 25));

  for (const each of cases) {
    it(`Hover shows what is expected in the case "${each.name}"`, () => {
      const { folder, file, position, source } = marked(each);
      const found = hover(folder, file, position, each.state ? busyState() : {});
      if (each.marks === null) return assert.equal(found, undefined);
      assert.ok(found, 'there is a hover');
      const { range, markdown } = found;
      assert.equal(source.text.slice(offsetAt(source, range.start), offsetAt(source, range.end)), each.marks);
      for (const words of each.says ?? []) assert.ok(markdown.includes(words), markdown);
      for (const words of each.silent ?? []) assert.ok(!markdown.includes(words), markdown);
      return assert.ok(!/undefined|NaN|\[object/.test(markdown), markdown);
    });
  }
});

describe('signature help', () => {
  for (const each of readCases<SignatureCase>('signature-help')) {
    it(`Signature help shows what is expected in the case "${each.name}"`, () => {
      const { folder, file, position } = marked(each);
      const help = signatureHelp(folder, file, position);
      if (each.shows === null) return assert.equal(help, undefined);
      assert.ok(help, 'there is help');
      const { label, parameters } = help.signatures[help.activeSignature];
      const active = parameters[help.activeParameter];
      const shown = active
        ? `${label.slice(0, active.start)}<${label.slice(active.start, active.end)}>${label.slice(active.end)}`
        : label;
      return assert.equal(shown, each.shows);
    });
  }
});
