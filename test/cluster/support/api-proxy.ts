/**
 * A reverse proxy in front of the API server, with TLS on both sides. It counts every write and injects faults into requests.
 * Only the code under test uses it; kubectl does not.
 */
import { readFileSync } from 'node:fs';
import { createServer, request as forward, Agent, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { pki, server } from './kubectl.ts';

export interface Passed {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** For example `horizontalpodautoscalers`, `deployments/scale`. */
  readonly resource: string;
  /** Empty for a collection. */
  readonly name: string;
  readonly userAgent: string;
  readonly dryRun: boolean;
  /** performance.now() when the request arrived, in milliseconds. */
  readonly at: number;
  /** When the server answered; Infinity until then. */
  answered: number;
  /** 0 if no answer was passed on. */
  status: number;
}

export type Fault =
  /** There is no answer, and the connection stays open. */
  | 'stall'
  /** The connection is cut before the request is forwarded. */
  | 'drop'
  /** The request is forwarded, but the connection is cut before its answer. */
  | 'dropAnswer'
  | { readonly status: number; readonly reason?: string; readonly message?: string };

/** Changes the answer of a query to Prometheus. */
export type MetricFault = (query: string, series: PrometheusSeries[]) => PrometheusSeries[];

export interface PrometheusSeries {
  readonly metric: Record<string, string>;
  readonly value: [number, string];
}

export class ApiProxy {
  /** The server of a kubeconfig. The cluster's authority signs its certificate. */
  readonly url: string;
  /** Every request that reached the proxy, in order. */
  readonly requests: Passed[] = [];
  /** Called for each request; undefined passes the request on. */
  fault: (request: Passed) => Fault | undefined = () => undefined;
  metricFault: MetricFault = (_, series) => series;
  /** Seconds that are added to the Date headers. */
  clock = 0;
  readonly #server: Server;
  /** The open connections. */
  readonly #sockets: Set<Socket>;
  readonly #agent: Agent;

  private constructor(listening: Server, sockets: Set<Socket>, agent: Agent) {
    this.#server = listening;
    this.#sockets = sockets;
    this.#agent = agent;
    this.url = `https://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }

  static async start(): Promise<ApiProxy> {
    const read = (name: string) => readFileSync(join(pki, name));
    const agent = new Agent({ ca: read('ca.crt'), keepAlive: true });
    const listening = createServer({ key: read('apiserver.key'), cert: read('apiserver.crt') });
    const sockets = new Set<Socket>();
    listening.on('secureConnection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    });
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
    const proxy = new ApiProxy(listening, sockets, agent);
    listening.on('request', (request, response) => proxy.#pass(request, response));
    return proxy;
  }

  /** Writes that the server accepted and that changed something or may have: a write whose answer was lost counts. */
  changes(): Passed[] {
    return this.requests.filter((request) => isWrite(request) && !request.dryRun && request.status < 400);
  }

  /** Changes of the objects that a transfer is meant to change: neither leases nor events. */
  scalingChanges(): Passed[] {
    return this.changes().filter(({ resource }) => /^(deployments|horizontalpodautoscalers)/.test(resource));
  }

  /** How often each change happened, by keys such as `PUT deployments/scale a`. */
  summary(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { method, resource, name } of this.changes()) {
      const key = `${method} ${resource} ${name}`.trim();
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  /** Ends all faults and forgets all requests. */
  reset(): void {
    this.requests.length = 0;
    this.fault = () => undefined;
    this.metricFault = (_, series) => series;
    this.clock = 0;
  }

  /** Cuts every connection, including watches. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#agent.destroy();
    await new Promise((done) => this.#server.close(done));
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const passed = describe(incoming);
    this.requests.push(passed);
    const fault = this.fault(passed);
    if (fault === 'stall') return;
    if (fault === 'drop') return void incoming.socket.destroy();
    if (typeof fault === 'object') return void refuse(answer, passed, fault, this.clock);
    const { headers } = incoming;
    delete headers.host;
    // Prometheus compresses its answers if it may, but they are read here.
    if (passed.path.includes('/proxy/')) headers['accept-encoding'] = 'identity';
    const outgoing = forward(new URL(incoming.url!, server), { agent: this.#agent, method: passed.method, headers });
    outgoing.on('error', () => incoming.socket.destroy());
    // A write can succeed even if its sender has gone: the answer of the server shows it.
    answer.on('close', () => {
      if (!isWrite(passed) || !incoming.complete) outgoing.destroy();
    });
    outgoing.on('response', (response) => {
      passed.status = response.statusCode ?? 0;
      passed.answered = performance.now();
      response.on('error', () => incoming.socket.destroy());
      if (fault === 'dropAnswer') return void incoming.socket.destroy();
      const date = new Date(Date.parse(response.headers.date ?? '') + 1000 * this.clock);
      const changed = { ...response.headers, date: date.toUTCString() };
      if (!passed.path.includes('/proxy/api/v1/query')) {
        answer.writeHead(passed.status, changed);
        answer.flushHeaders();
        return void response.pipe(answer);
      }
      void readJson<PrometheusAnswer>(response).then((body) => {
        const query = passed.query.get('query') ?? '';
        if (body.data?.result) body.data.result = this.metricFault(query, body.data.result);
        delete changed['content-length'];
        answer.writeHead(passed.status, changed).end(JSON.stringify(body));
      });
    });
    incoming.pipe(outgoing);
  }
}

interface PrometheusAnswer {
  readonly data?: { result?: PrometheusSeries[] };
}

async function readJson<T>(response: IncomingMessage): Promise<T> {
  let text = '';
  for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) text += part;
  return JSON.parse(text) as T;
}

const isWrite = ({ method, resource }: Passed): boolean =>
  method !== 'GET' && method !== 'HEAD' && !resource.endsWith('accessreviews') && !resource.endsWith('rulesreviews');

/** Paths are /api/v1/... or /apis/GROUP/VERSION/..., then namespaces/NAMESPACE, then RESOURCE/NAME/SUBRESOURCE. */
function describe({ method = 'GET', url = '/', headers }: IncomingMessage): Passed {
  const { pathname, searchParams } = new URL(url, server);
  const parts = pathname.split('/').slice(pathname.startsWith('/apis/') ? 4 : 3);
  const [kind = '', name = '', subresource] = parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts;
  return {
    method,
    path: pathname,
    query: searchParams,
    resource: subresource === undefined ? kind : `${kind}/${subresource}`,
    name,
    userAgent: headers['user-agent'] ?? '',
    dryRun: searchParams.has('dryRun'),
    at: performance.now(),
    answered: Infinity,
    status: 0,
  };
}

function refuse(
  answer: ServerResponse,
  passed: Passed,
  { status, reason = '', message = '' }: Extract<Fault, object>,
  clock: number,
): void {
  passed.status = status;
  passed.answered = performance.now();
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status, reason, message };
  const date = new Date(Date.now() + 1000 * clock).toUTCString();
  answer.writeHead(status, { 'content-type': 'application/json', date }).end(JSON.stringify(body));
}
