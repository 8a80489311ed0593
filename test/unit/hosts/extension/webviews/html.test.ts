import assert from 'node:assert/strict';
import { viewPage } from '../../../../../src/hosts/extension/webviews/html.ts';

const page = (translations: Record<string, unknown> = {}) =>
  viewPage({
    view: 'learning-curves',
    title: 'A <title> & "more"',
    language: 'de"><script>',
    cspSource: 'https://source.test',
    resource: (name) => `https://source.test/dist/webview/${name}`,
    translations,
  });

const policyOf = (html: string) =>
  /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1].split('; ') ?? [];

describe('Page of a view', () => {
  it('The page of a view forbids everything but our own files', () => {
    const policy = policyOf(page());
    assert.equal(policy[0], `default-src 'none'`);
    assert.doesNotMatch(policy.join('; '), /unsafe|\*|data:|https?:(?!\/\/source\.test)/);
    const scripts = policy.find((rule) => rule.startsWith('script-src'));
    assert.match(scripts ?? '', /^script-src 'nonce-[A-Za-z0-9+/]{22}=='$/);
  });

  it('The page of a view gives every script the nonce, a different one each time', () => {
    const [first, second] = [page(), page()];
    const nonce = /'nonce-([^']+)'/.exec(first)?.[1] ?? '';
    const scripts = [...first.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    assert.equal(scripts.length, 3);
    for (const tag of scripts) assert.ok(tag.includes(`nonce="${nonce}"`));
    assert.ok(!second.includes(nonce));
  });

  it('The page of a view has no inline style, no handler and no script text but data', () => {
    const html = page();
    assert.doesNotMatch(html, /\sstyle=|<style|\son[a-z]+=/);
    assert.doesNotMatch(html, /<script(?![^>]*(src=|application\/json))/);
  });

  it('No text breaks out of the page of a view', () => {
    const html = page({ Live: '</script><script>alert(1)</script>' });
    assert.equal(html.match(/<script\b/g)?.length, 3);
    assert.ok(html.includes('&#60;title&#62; &#38; &#34;more&#34;'));
    const data = /id="translations"[^>]*>(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    assert.deepEqual(JSON.parse(data), { Live: '</script><script>alert(1)</script>' });
  });
});
