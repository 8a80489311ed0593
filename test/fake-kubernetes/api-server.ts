/**
 * A small Kubernetes API server over real HTTP for tests: objects with resourceVersions, conflicts, dry runs, server-side apply,
 * selection by labels, the scale subresource, watches, RBAC refusals, access reviews and a proxy to services; faults are switched on one by one and nothing is left
 * to chance.
 */
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { FieldOwners } from './server-side-apply.ts';

export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    resourceVersion?: string;
    uid?: string;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export interface Request {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  readonly method: string;
  readonly path: string;
  readonly group: string;
  /** With its subresource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: KubeObject | undefined;
}

/** How a request ends instead of being answered; undefined = it is answered. */
export type Fault =
  | { readonly status: number; readonly message: string; readonly reason?: string }
  /** No answer at all. */
  | 'hang'
  /** Headers and half a body, then nothing. */
  | 'stall'
  /** The connection is cut. */
  | 'cut'
  /** Words that are no JSON. */
  | 'garbage'
  | undefined;

interface Change {
  readonly version: number;
  readonly collection: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

interface Watcher {
  readonly collection: string;
  readonly response: ServerResponse;
}

export interface FakeApiOptions {
  /** PEM; HTTP where absent. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export class FakeApiServer {
  /** Asked before each request. */
  fault: (request: Request) => Fault = () => undefined;
  /** RBAC: what is refused. */
  forbidden: (request: Pick<Request, 'verb' | 'resource' | 'group' | 'namespace' | 'name'>) => boolean = () => false;
  /** Bearer tokens that are taken; undefined = none is asked for. */
  tokens: string[] | undefined;
  /** Seconds by which its clock is ahead. */
  skew = 0;
  /** Done right before a write is looked at: another writer that comes between. */
  beforeWrite: (request: Request) => void = () => undefined;
  /** Services behind the proxy, by 'namespace/name:port'. */
  readonly services = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  readonly requests: Request[] = [];
  /** Who applied which fields of the objects, by their paths. */
  readonly owners = new FieldOwners();
  readonly #objects = new Map<string, KubeObject>();
  readonly #changes: Change[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #tls: boolean;
  /** Changes up to this version are forgotten: a watch from before is told so. */
  #forgotten = 0;
  #version = 100;
  #names = 0;
  #port = 0;

  constructor({ tls }: FakeApiOptions = {}) {
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.#handle(request, response);
    this.#tls = tls !== undefined;
    this.#server = tls ? createHttps(tls, handle) : createHttp(handle);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  /** Resolves with its address. On the same port again after `stop`. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    const scheme = this.#tls ? 'https' : 'http';
    return `${scheme}://127.0.0.1:${this.#port}`;
  }

  /** Cuts all connections. The objects stay. */
  async stop(): Promise<void> {
    this.#watchers.clear();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Ends the watches as a server does at their time-out. */
  endWatches(): void {
    for (const { response } of this.#watchers) response.end();
    this.#watchers.clear();
  }

  /** Changes so far are compacted away. */
  forgetChanges(): void {
    this.#forgotten = this.#version;
  }

  get watches(): number {
    return this.#watchers.size;
  }

  /** All that would change something, dry runs left out. */
  get writes(): Request[] {
    return this.requests.filter(
      ({ verb, dryRun, resource }) =>
        ['create', 'update', 'patch', 'delete'].includes(verb) && !dryRun && !resource.startsWith('selfsubject'),
    );
  }

  /** Adds or replaces an object: somebody else's write. `collection`: /apis/apps/v1/namespaces/n/deployments. */
  put(collection: string, object: KubeObject): KubeObject {
    const path = `${collection}/${object.metadata.name}`;
    const type = this.#objects.has(path) ? 'MODIFIED' : 'ADDED';
    return this.#store(collection, type, structuredClone(object));
  }

  get<T = KubeObject>(path: string): T {
    const object = this.#objects.get(path);
    if (!object) throw new Error(`The fake API server has no ${path}.`);
    return structuredClone(object) as T;
  }

  has(path: string): boolean {
    return this.#objects.has(path);
  }

  list(collection: string): KubeObject[] {
    return [...this.#objects]
      .filter(([path]) => path.startsWith(`${collection}/`) && !path.slice(collection.length + 1).includes('/'))
      .map(([, object]) => structuredClone(object));
  }

  delete(path: string): void {
    const object = this.#objects.get(path);
    this.#objects.delete(path);
    this.owners.forget(path);
    if (object) this.#tell(path.slice(0, path.lastIndexOf('/')), 'DELETED', this.#stamp(structuredClone(object)));
  }

  #stamp(object: KubeObject): KubeObject {
    object.metadata.resourceVersion = String(++this.#version);
    return object;
  }

  #store(collection: string, type: Change['type'], object: KubeObject): KubeObject {
    object.metadata.uid ??= `uid-${object.metadata.name}`;
    if (collection.endsWith('/horizontalpodautoscalers')) fillInBehavior(object);
    this.#stamp(object);
    this.#objects.set(`${collection}/${object.metadata.name}`, object);
    this.#tell(collection, type, object);
    return structuredClone(object);
  }

  #tell(collection: string, type: Change['type'], object: KubeObject): void {
    const change = { version: this.#version, collection, type, object: structuredClone(object) };
    this.#changes.push(change);
    for (const watcher of this.#watchers)
      if (watcher.collection === collection)
        watcher.response.write(`${JSON.stringify({ type, object: change.object })}\n`);
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    response.setHeader('Date', new Date(Date.now() + this.skew * 1000).toUTCString());
    const request = parse(incoming, body);
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault !== undefined) return fail(fault, incoming, response);
    const token = incoming.headers.authorization?.replace(/^Bearer /, '');
    if (this.tokens && !(token !== undefined && this.tokens.includes(token)))
      return refuse(response, 401, 'Unauthorized', 'Unauthorized');
    if (this.forbidden(request)) return refuse(response, 403, rbacWords(request), 'Forbidden');
    if (request.resource === 'services/proxy') return this.#proxy(request, incoming, response);
    if (request.resource === 'selfsubjectaccessreviews') return this.#review(request, response);
    this.#answer(request, response);
  }

  #proxy({ namespace, name }: Request, incoming: IncomingMessage, response: ServerResponse): void {
    const service = this.services.get(`${namespace}/${name}`);
    if (!service) return refuse(response, 404, `services "${name}" not found`, 'NotFound');
    incoming.url = (incoming.url ?? '').replace(/^.*?\/proxy/, '');
    service(incoming, response);
  }

  #review({ body }: Request, response: ServerResponse): void {
    const { verb, resource, subresource, group, namespace, name } = (
      body as unknown as { spec: { resourceAttributes: Record<string, string | undefined> } }
    ).spec.resourceAttributes;
    const allowed = !this.forbidden({
      verb: verb as Request['verb'],
      resource: subresource ? `${resource}/${subresource}` : (resource ?? ''),
      group: group ?? '',
      namespace: namespace ?? '',
      name: name ?? '',
    });
    json(response, 201, { ...body, status: { allowed } });
  }

  #answer(request: Request, response: ServerResponse): void {
    const { verb, path, resource, name, query } = request;
    const scale = resource.endsWith('/scale');
    const objectPath = scale ? path.replace(/\/scale$/, '') : path;
    switch (verb) {
      case 'watch':
        return this.#watch(request, response);
      case 'list':
        return json(response, 200, {
          kind: 'List',
          metadata: { resourceVersion: String(this.#version) },
          items: this.#inCollection(path).filter((object) => isSelected(object, query.get('labelSelector') ?? '')),
        });
      case 'get': {
        const object = this.#objects.get(objectPath);
        if (!object) return refuse(response, 404, `${resource} "${name}" not found`, 'NotFound');
        return json(response, 200, scale ? scaleOf(object) : object);
      }
      case 'create':
        return this.#create(request, response);
      case 'update': {
        this.beforeWrite(request);
        return this.#update(request, objectPath, scale, response);
      }
      case 'patch':
        this.beforeWrite(request);
        return this.#apply(request, response);
      case 'delete':
        this.beforeWrite(request);
        return this.#delete(request, response);
    }
  }

  /** Of all namespaces where the path has none. */
  #inCollection(path: string): KubeObject[] {
    const all = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)\/([a-z]+)$/.exec(path);
    if (!all) return this.list(path);
    const pattern = new RegExp(`^${all[1]}/(?:namespaces/[^/]+/)?${all[2]}/[^/]+$`);
    return [...this.#objects].filter(([key]) => pattern.test(key)).map(([, object]) => object);
  }

  #create({ path, body, dryRun }: Request, response: ServerResponse): void {
    const object = structuredClone(body!);
    object.metadata.name ??= `${String(object.metadata.generateName)}${++this.#names}`;
    if (this.#objects.has(`${path}/${object.metadata.name}`))
      return refuse(response, 409, `"${object.metadata.name}" already exists`, 'AlreadyExists');
    json(response, 201, dryRun ? object : this.#store(path, 'ADDED', object));
  }

  #update(request: Request, path: string, scale: boolean, response: ServerResponse): void {
    const { body, dryRun, name, resource } = request;
    const present = this.#objects.get(path);
    if (!present || !body) return refuse(response, 404, `${resource} "${name}" not found`, 'NotFound');
    const asked = body.metadata.resourceVersion;
    if (asked !== undefined && asked !== present.metadata.resourceVersion)
      return refuse(
        response,
        409,
        `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
        'Conflict',
      );
    const next = structuredClone(scale ? present : body);
    if (scale) (next.spec as { replicas: number }).replicas = (body.spec as { replicas: number }).replicas;
    const wrong = invalidity(next);
    if (wrong) return refuse(response, 422, wrong, 'Invalid');
    const collection = path.slice(0, path.lastIndexOf('/'));
    if (dryRun) {
      if (collection.endsWith('/horizontalpodautoscalers')) fillInBehavior(next);
      return json(response, 200, scale ? scaleOf(next) : next);
    }
    // As the real one: what changes nothing is no new version.
    const stored = isDeepStrictEqual(next, present) ? present : this.#store(collection, 'MODIFIED', next);
    json(response, 200, scale ? scaleOf(stored) : stored);
  }

  /** https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
  #apply(request: Request, response: ServerResponse): void {
    const { path, body, dryRun, query, headers } = request;
    if (headers['content-type'] !== 'application/apply-patch+yaml')
      return refuse(response, 415, 'only server-side apply is known', 'UnsupportedMediaType');
    const present = this.#objects.get(path);
    const create = { ...request, verb: 'create' } as const;
    if (!present && this.forbidden(create)) return refuse(response, 403, rbacWords(create), 'Forbidden');
    const options = { manager: query.get('fieldManager') ?? '', force: query.get('force') === 'true' };
    const { object, conflicts, commit } = this.owners.apply(path, present, body!, options);
    if (conflicts.length > 0 && !options.force) {
      const words = conflicts.map(({ manager, field }) => `conflict with "${manager}": ${field}`).join(', ');
      return refuse(response, 409, `Apply failed with ${conflicts.length} conflicts: ${words}`, 'Conflict');
    }
    const status = present ? 200 : 201;
    if (dryRun) return json(response, status, object);
    commit();
    const collection = path.slice(0, path.lastIndexOf('/'));
    const isSame = present && isDeepStrictEqual(object, present);
    json(response, status, isSame ? present : this.#store(collection, present ? 'MODIFIED' : 'ADDED', object));
  }

  #delete({ path, body, dryRun, resource, name }: Request, response: ServerResponse): void {
    const present = this.#objects.get(path);
    if (!present) return refuse(response, 404, `${resource} "${name}" not found`, 'NotFound');
    const { uid, resourceVersion } = (body?.preconditions ?? {}) as { uid?: string; resourceVersion?: string };
    if (
      (uid ?? present.metadata.uid) !== present.metadata.uid ||
      (resourceVersion ?? present.metadata.resourceVersion) !== present.metadata.resourceVersion
    )
      return refuse(response, 409, `Precondition failed: another ${name} is there now`, 'Conflict');
    if (!dryRun) this.delete(path);
    json(response, 200, { kind: 'Status', status: 'Success' });
  }

  #watch({ path, query }: Request, response: ServerResponse): void {
    const from = Number(query.get('resourceVersion') ?? 0);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    if (from < this.#forgotten) {
      const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
      response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
      return;
    }
    for (const { version, collection, type, object } of this.#changes)
      if (version > from && collection === path) response.write(`${JSON.stringify({ type, object })}\n`);
    const watcher = { collection: path, response };
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
  }
}

const METHODS: Readonly<Record<string, Request['verb']>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

function parse(incoming: IncomingMessage, body: KubeObject | undefined): Request {
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const path = url.pathname;
  const match =
    /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?/.exec(
      path,
    );
  const [, group = '', namespace = '', kind = '', name = '', subresource] = match ?? [];
  const method = incoming.method ?? 'GET';
  const watch = url.searchParams.get('watch') === 'true';
  const verb = METHODS[method] ?? (name !== '' ? 'get' : watch ? 'watch' : 'list');
  return {
    verb,
    method,
    path,
    group,
    resource: subresource ? `${kind}/${subresource}` : kind,
    namespace,
    name,
    dryRun: isDryRun(method, url.searchParams, body),
    query: url.searchParams,
    headers: incoming.headers,
    body,
  };
}

/** Of a deletion with a body the query does not count. */
function isDryRun(method: string, query: URLSearchParams, body: KubeObject | undefined): boolean {
  if (method === 'DELETE' && body) return ((body.dryRun ?? []) as string[]).includes('All');
  return query.get('dryRun') === 'All';
}

async function readBody(incoming: IncomingMessage): Promise<KubeObject | undefined> {
  let text = '';
  for await (const part of incoming.setEncoding('utf8') as AsyncIterable<string>) text += part;
  return text === '' ? undefined : (JSON.parse(text) as KubeObject);
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, code: number, message: string, reason: string): void {
  json(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code });
}

function fail(fault: NonNullable<Fault>, incoming: IncomingMessage, response: ServerResponse): void {
  if (fault === 'hang') return;
  if (fault === 'cut') incoming.socket.destroy();
  else if (fault === 'stall') {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('{"items": [');
  } else if (fault === 'garbage') response.end('<html>a proxy says hello</html>');
  else refuse(response, fault.status, fault.message, fault.reason ?? 'Fault');
}

/** As the RBAC authorizer says it. */
function rbacWords({ verb, resource, group, namespace, name }: Request): string {
  const what = group === '' ? resource : `${resource.split('/')[0]}.${group}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${what}${name === '' ? '' : ` "${name}"`} is forbidden: User "karma" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`;
}

/** Equality alone. */
function isSelected({ metadata }: KubeObject, selector: string): boolean {
  const labels = (metadata.labels ?? {}) as Record<string, string>;
  return selector
    .split(',')
    .filter((term) => term !== '')
    .every((term) => labels[term.slice(0, term.indexOf('='))] === term.slice(term.indexOf('=') + 1));
}

const scaleOf = ({ metadata, spec, status }: KubeObject): KubeObject => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: {
    name: metadata.name,
    namespace: metadata.namespace!,
    resourceVersion: metadata.resourceVersion!,
    uid: metadata.uid!,
  },
  spec: { replicas: (spec as { replicas?: number }).replicas ?? 1 },
  status: { replicas: (status as { replicas?: number } | undefined)?.replicas ?? 0 },
});

function invalidity({ spec }: KubeObject): string | undefined {
  const { minReplicas, maxReplicas, replicas } = spec as Record<string, number | undefined>;
  if (maxReplicas !== undefined && (minReplicas ?? 1) > maxReplicas)
    return 'spec.maxReplicas: Invalid value: must be greater than or equal to `minReplicas`';
  if (replicas !== undefined && replicas < 0) return 'spec.replicas: Invalid value: must be greater than or equal to 0';
  return undefined;
}

/** The server completes behavior as soon as there is one (SetDefaults_HorizontalPodAutoscalerBehavior). */
function fillInBehavior({ spec }: KubeObject): void {
  const hpa = spec as { behavior?: Record<string, Record<string, unknown>> };
  if (!hpa.behavior) return;
  const up = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  };
  const down = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };
  hpa.behavior = {
    scaleUp: { ...up, ...hpa.behavior.scaleUp },
    scaleDown: { ...down, ...hpa.behavior.scaleDown },
  };
}
