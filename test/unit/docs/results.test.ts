import assert from 'node:assert/strict';
import { read } from './pages.ts';

describe('docs/results.md', () => {
  it('Every section of docs/results.md with a table of figures begins with the command that prints them', () => {
    const sections = read('docs/results.md').split(/^## /m).slice(1);
    assert.ok(sections.length > 3);
    for (const section of sections)
      if (/^\| /m.test(section)) assert.match(section, /^[^\n]*\n\n {4}(npm run|karma-mas) /, section.split('\n')[0]);
  });

  it('docs/results.md names the machine, the version of Node and the number of training seeds', () => {
    assert.match(read('docs/results.md'), /All figures come from one machine: .*Node v\d+/);
    assert.match(read('docs/results.md'), /\d training seeds/);
  });
});
