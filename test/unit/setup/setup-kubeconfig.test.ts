import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { checkKubeconfig } from '../../../src/setup/checks/kubeconfig.ts';
import type { Finding } from '../../../src/setup/checks/finding.ts';

const SECRET = 'eyJhbGciOi-planted-token';

describe('doctor: kubeconfig', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'karma-kube-'));
    mkdirSync(join(home, '.kube'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const config = (user: string, current = 'dev') => `
apiVersion: v1
kind: Config
current-context: ${current}
contexts:
  - { name: dev, context: { cluster: dev-cluster, user: dev-user } }
  - { name: lost, context: { cluster: gone, user: dev-user } }
clusters:
  - { name: dev-cluster, cluster: { server: 'https://me:${SECRET}@api.example.com:6443', certificate-authority-data: ${SECRET} } }
users:
  - name: dev-user
    user: ${user}
`;

  /** The findings, none of which may repeat the secret. */
  function check(text?: string, env: NodeJS.ProcessEnv = {}, wanted: string[] = []): Finding[] {
    if (text !== undefined) writeFileSync(join(home, '.kube', 'config'), text);
    const findings = checkKubeconfig({ env: { PATH: home, ...env }, home, wanted });
    assert.ok(!JSON.stringify(findings).includes(SECRET), 'a secret was repeated');
    return findings;
  }

  it('The check of the kubeconfig needs no file, but says where it looked', () => {
    const [finding, ...rest] = check();
    assert.deepEqual(rest, []);
    assert.equal(finding.state, 'ok');
    assert.match(
      finding.message,
      /There is no kubeconfig \(.*\.kube\/config\)\. Only a transfer to a real cluster needs one\./,
    );
    const [told] = check(undefined, { KUBECONFIG: '/nowhere/config' });
    assert.equal(told.state, 'warning');
    assert.match(told.advice!, /KUBECONFIG/);
  });

  it('The check of the kubeconfig names the current context and its host, and no secret', () => {
    const [finding] = check(config(`{ token: ${SECRET} }`));
    assert.equal(finding.state, 'ok');
    assert.match(
      finding.message,
      /2 contexts, the current one "dev" \(api\.example\.com:6443\)\. It was not contacted\./,
    );
  });

  it('The check of the kubeconfig does not quote a broken file', () => {
    const [finding] = check(`users:\n  - user: {token: ${SECRET}\n  - "${SECRET}`);
    assert.equal(finding.state, 'problem');
    assert.match(finding.message, /is not YAML: line \d+ \([A-Z_]+\)/);
    assert.match(check(SECRET)[0].message, /holds no object/);
    assert.match(
      check(`contexts: ${SECRET}\nusers: [${SECRET}, null]`)[0].message,
      /0 contexts, none of them the current/,
    );
  });

  it('The check of the kubeconfig looks for the credential plugin without starting it', () => {
    const exec = `{ exec: { command: karma-test-auth, args: [--token, ${SECRET}], env: [{ name: A, value: ${SECRET} }] } }`;
    const [missing] = check(config(exec));
    assert.equal(missing.state, 'problem');
    assert.match(missing.message, /from the program karma-test-auth, which is not on PATH/);
    const ran = join(home, 'ran');
    writeFileSync(join(home, 'karma-test-auth'), `#!/bin/sh\ntouch ${ran}\n`);
    chmodSync(join(home, 'karma-test-auth'), 0o755);
    assert.match(check(config(exec))[0].message, /Credentials come from karma-test-auth, which is there/);
    assert.throws(() => rmSync(ran), /ENOENT/);
    assert.equal(check(config('{ exec: { command: ./bin/auth } }'))[0].state, 'problem');
    mkdirSync(join(home, '.kube', 'bin'));
    writeFileSync(join(home, '.kube', 'bin', 'auth'), '');
    assert.equal(check(config('{ exec: { command: ./bin/auth } }'))[0].state, 'ok');
  });

  it('The check of the kubeconfig reports a current context that is missing or whose cluster is missing', () => {
    assert.match(check(config('{}', 'other'))[0].message, /The current context "other" is not in/);
    assert.match(check(config('{}', 'lost'))[0].message, /names a cluster that is not in/);
    assert.match(check(config('{}', "''"))[0].message, /none of them the current one/);
  });

  it('The check of the kubeconfig merges the files in KUBECONFIG, and the first entry of a name wins', () => {
    const second = join(home, 'second');
    writeFileSync(second, config('{}', 'ignored').replaceAll('example.com', 'example.org').replaceAll('lost', 'more'));
    writeFileSync(join(home, 'first'), config('{}'));
    const [finding] = check(undefined, { KUBECONFIG: [join(home, 'first'), '/nowhere', second].join(delimiter) });
    assert.match(finding.message, /3 contexts, the current one "dev" \(api\.example\.com:6443\)/);
  });

  it('The check of the kubeconfig reports a missing context that a Transfer names', () => {
    const findings = check(config('{}'), {}, ['dev', 'kind-karma']);
    assert.equal(findings.length, 2);
    assert.match(findings[1].message, /A Transfer names the context "kind-karma"/);
  });
});
