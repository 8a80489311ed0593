import assert from 'node:assert/strict';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/* Who changes anything on a cluster, by what the compiler knows of the calls in src/: docs/architecture.md, invariant 5. */

const root = join(import.meta.dirname, '../../../..');
const sources = join(root, 'src');
const CHANGES = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** The sources, with those of a made-up file added. */
class Sources {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  /** What a live cluster is, and what sends a request. */
  readonly #cluster: ts.Type;

  constructor(extra = '') {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
    const parsed = ts.parseJsonConfigFileContent({ ...config, include: ['src'] }, ts.sys, root);
    const host = ts.createCompilerHost(parsed.options);
    const made = join(sources, 'hosts', 'made-up.ts');
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, options) =>
      name === made ? ts.createSourceFile(name, extra, options, true) : read(name, options);
    this.#program = ts.createProgram([...parsed.fileNames, ...(extra === '' ? [] : [made])], parsed.options, host);
    this.#checker = this.#program.getTypeChecker();
    const symbol = this.#exported('cluster/live/live-cluster.ts', 'LiveCluster');
    this.#cluster = this.#checker.getDeclaredTypeOfSymbol(symbol);
  }

  /** Files below src/ that use the method `write` of a live cluster; `passOn`: where it is itself part of such a method. */
  users({ passOn }: { passOn: boolean }): string[] {
    return this.#filesWith((node) => this.#isLiveWrite(node) && this.#isInLiveWrite(node) === passOn);
  }

  /** Files below src/ that send a request to an API server whose method is one of these, or is not known to the compiler. */
  senders(methods: readonly string[]): string[] {
    return this.#filesWith((node) => {
      if (!ts.isCallExpression(node) || !this.#isRequest(node.expression)) return false;
      const method = this.#checker.getTypeAtLocation(node.arguments[0]).getProperty('method');
      if (!method) return false;
      const type = this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(method));
      const members = type.isUnion() ? type.types : [type];
      return members.some((each) => !each.isStringLiteral() || methods.includes(each.value));
    }).filter((file) => file !== 'cluster/kubernetes/client/api-server.ts');
  }

  /** Files below src/ that send anything by the module client/https-json.ts. */
  clients(): string[] {
    const senders = ['requestText', 'openBody'].map((name) =>
      this.#exported('cluster/kubernetes/client/https-json.ts', name),
    );
    return this.#filesWith((node) => {
      if (!ts.isIdentifier(node) || ts.isImportSpecifier(node.parent)) return false;
      const symbol = this.#checker.getSymbolAtLocation(node);
      const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
      return target !== undefined && senders.includes(target) && !ts.isVariableDeclaration(node.parent);
    });
  }

  #exported(file: string, name: string): ts.Symbol {
    const module = this.#checker.getSymbolAtLocation(this.#program.getSourceFile(join(sources, file))!)!;
    return this.#checker.getExportsOfModule(module).find((symbol) => symbol.name === name)!;
  }

  #filesWith(found: (node: ts.Node) => boolean): string[] {
    const has = (node: ts.Node): boolean => found(node) || (ts.forEachChild(node, has) ?? false);
    return this.#program
      .getSourceFiles()
      .filter((file) => file.fileName.startsWith(sources.replaceAll(sep, '/')) && has(file))
      .map((file) => relative(sources, file.fileName).replaceAll(sep, '/'))
      .sort();
  }

  /** `cluster.write`, `cluster['write']` and `{ write } = cluster`, whatever the cluster is called. */
  #isLiveWrite(node: ts.Node): boolean {
    if (ts.isPropertyAccessExpression(node)) return node.name.text === 'write' && this.#isCluster(node.expression);
    if (ts.isElementAccessExpression(node))
      return (
        ts.isStringLiteral(node.argumentExpression) &&
        node.argumentExpression.text === 'write' &&
        this.#isCluster(node.expression)
      );
    if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return false;
    return (node.propertyName ?? node.name).getText() === 'write' && this.#isCluster(node.parent);
  }

  #isCluster(node: ts.Node): boolean {
    const type = this.#checker.getTypeAtLocation(node);
    return (type.flags & ts.TypeFlags.Any) === 0 && this.#checker.isTypeAssignableTo(type, this.#cluster);
  }

  /** Whether it lies in the method `write` of what is itself a live cluster: one that wraps another. */
  #isInLiveWrite(node: ts.Node): boolean {
    const member = ts.findAncestor(
      node,
      (above) => (ts.isPropertyAssignment(above) || ts.isMethodDeclaration(above)) && above.name.getText() === 'write',
    );
    return member !== undefined && this.#isCluster(member.parent);
  }

  #isRequest(callee: ts.Expression): boolean {
    if (!ts.isPropertyAccessExpression(callee) || !['request', 'stream'].includes(callee.name.text)) return false;
    const declared = this.#checker.getSymbolAtLocation(callee.name)?.declarations ?? [];
    return declared.some((each) => each.getSourceFile().fileName.endsWith('client/api-server.ts'));
  }
}

describe('What writes to a cluster', function () {
  this.timeout(120_000);
  let product: Sources;
  before(() => {
    product = new Sources();
  });

  it('Only four files send requests that change something: transfers, their lease, installations, and questions about rights', () =>
    assert.deepEqual(product.senders(CHANGES), [
      'cluster/kubernetes/kubernetes-cluster.ts',
      'cluster/kubernetes/writing/lease.ts',
      'cluster/kubernetes/writing/preflight.ts',
      'operating/install/installation.ts',
    ]));

  it('Only operating/install/installation.ts applies and deletes objects', () =>
    assert.deepEqual(product.senders(['PATCH', 'DELETE']), ['operating/install/installation.ts']));

  it('Only the clients of the API server and of Prometheus send requests', () =>
    assert.deepEqual(product.clients(), [
      'cluster/kubernetes/client/api-server.ts',
      'cluster/kubernetes/reading/prometheus.ts',
    ]));

  it('Only transferring/apply.ts calls the method of a live cluster that writes', () =>
    assert.deepEqual(product.users({ passOn: false }), ['transferring/apply.ts']));

  it('Two clusters wrap another one and pass its writes on', () =>
    assert.deepEqual(product.users({ passOn: true }), [
      'jobs/running/paced-cluster.ts',
      'operating/controller/observed-cluster.ts',
    ]));

  it('The check finds a writer whatever its variables are called', () => {
    const spec = new Sources(`
      import type { KubernetesCluster } from '../cluster/kubernetes/kubernetes-cluster.ts';
      export async function change(place: KubernetesCluster, how: 'PUT' | undefined, signal: AbortSignal): Promise<void> {
        const { write: set } = place;
        await set({ type: 'pauseHpa', service: 'a' }, { dryRun: false, signal });
        const server = place.api;
        await server.request({ path: '/', signal, ...(how ? { method: how } : {}) });
      }`);
    assert.deepEqual(spec.users({ passOn: false }), ['hosts/made-up.ts', 'transferring/apply.ts']);
    assert.ok(spec.senders(CHANGES).includes('hosts/made-up.ts'));
  });
});
