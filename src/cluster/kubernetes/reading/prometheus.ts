/** Sends instant queries to a Prometheus server, through the API server's service proxy or at a URL of its own. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { ClusterError } from '../../live/live-cluster.ts';
import type { Timers } from '../../live/timers.ts';
import { noAnswer } from '../client/api-errors.ts';
import type { ApiServer } from '../client/api-server.ts';
import { requestText } from '../client/https-json.ts';
import { Secrets } from '../client/secrets.ts';

/** One series of an instant vector. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite, as Prometheus sent it. */
  readonly value: number;
  /** When the query was evaluated, by the clock of Prometheus, in seconds since the epoch. */
  readonly time: number;
}

export interface Prometheus {
  /** Address of the server, for messages. */
  readonly where: string;
  /** Resolves with the instant vector. Rejects with ClusterError, 'invalid' if the query is wrong. */
  query(expression: string, signal: AbortSignal): Promise<Sample[]>;
  close(): void;
}

/** The service of a Prometheus, written as 'namespace/name:port'. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly name: string;
  readonly port: string;
}

export function parseService(text: string): ServiceAddress {
  const [namespace, rest] = text.split('/');
  const [name, port] = rest.split(':');
  return { namespace, name, port };
}

/** Goes through the API server. It needs the verb get on services/proxy of this service, but no direct connection. */
export function prometheusService(api: ApiServer, service: string): Prometheus {
  const { namespace, name, port } = parseService(service);
  const base = `/api/v1/namespaces/${namespace}/services/${name}:${port}/proxy`;
  const where = `Prometheus (service ${service})`;
  return {
    where,
    async query(expression, signal) {
      const query = { query: expression };
      const answer = await api
        .request<Answer>({ path: `${base}/api/v1/query`, query, signal })
        .catch((error: unknown) => {
          throw explainProxy(error, where, service);
        });
      return samplesOf(answer, where);
    },
    close: () => undefined,
  };
}

/** The proxy passes on the answers of Prometheus, and answers 503 if nothing is behind the service. */
function explainProxy(error: unknown, where: string, service: string): unknown {
  if (!(error instanceof ClusterError)) return error;
  if (error.reason === 'notFound')
    return new ClusterError(
      'notFound',
      `There is no service ${service}: name that of Prometheus in metrics.prometheus.`,
    );
  if (error.reason === 'unreachable' && /HTTP 50\d/.test(error.message))
    return new ClusterError('unreachable', `${where} does not answer: check that its pods are ready.`);
  return error;
}

export interface PrometheusUrlOptions {
  readonly url: string;
  /** A bearer token. It comes from the host, never from settings. */
  readonly token?: string | undefined;
  readonly timers: Timers;
  /** Milliseconds. */
  readonly timeout: number;
}

export function prometheusUrl({ url, token, timers, timeout }: PrometheusUrlOptions): Prometheus {
  const base = new URL(url.endsWith('/') ? url : `${url}/`);
  const agent = base.protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const secrets = new Secrets();
  secrets.add(token, base.password);
  // A password in the address is sent as a header and never shown.
  const basic = base.username === '' ? undefined : Buffer.from(`${base.username}:${base.password}`).toString('base64');
  base.username = '';
  base.password = '';
  const authorization = token ? `Bearer ${token}` : basic ? `Basic ${basic}` : undefined;
  const where = `Prometheus (${base.origin}${base.pathname.replace(/\/$/, '')})`;
  const ask = async (expression: string, signal: AbortSignal, again: boolean): Promise<Sample[]> => {
    const target = new URL('api/v1/query', base);
    target.searchParams.set('query', expression);
    const headers = { Accept: 'application/json', ...(authorization ? { Authorization: authorization } : {}) };
    const options = {
      url: target,
      method: 'GET',
      headers,
      connection: { agent },
      signal,
      timers,
      timeout,
      what: where,
    };
    let answer;
    try {
      answer = await requestText(options);
    } catch (error) {
      if (again && (error as { code?: unknown }).code === 'ECONNRESET') return ask(expression, signal, false);
      throw noAnswer(error, where, 'Check metrics.prometheus.');
    }
    const body = parse(answer.text);
    if (answer.status === 401 || answer.status === 403)
      throw new ClusterError('forbidden', `${where} refuses the token (HTTP ${answer.status}): give it a new one.`);
    if (answer.status >= 400 && !body)
      throw new ClusterError('unreachable', `${where} cannot answer now (HTTP ${answer.status}).`);
    try {
      return samplesOf(body, where);
    } catch (error) {
      if (error instanceof ClusterError) error.message = secrets.scrub(error.message);
      throw error;
    }
  };
  return { where, query: (expression, signal) => ask(expression, signal, true), close: () => agent.destroy() };
}

interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: { readonly resultType?: string; readonly result?: unknown };
}

function parse(text: string): Answer | undefined {
  try {
    const value = JSON.parse(text) as Answer | null;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Series {
  readonly metric: Record<string, string>;
  readonly value: [number, string];
}

function samplesOf(answer: Answer | undefined, where: string): Sample[] {
  if (answer?.status === 'error') throw new ClusterError('invalid', `${where}: ${answer.error ?? 'the query failed'}.`);
  const { resultType, result } = answer?.data ?? {};
  if (resultType === 'scalar') {
    const [time, value] = result as [number, string];
    return [{ labels: {}, value: numberOf(value), time }];
  }
  if (resultType !== 'vector' || !Array.isArray(result))
    throw new ClusterError('invalid', `${where} answers queries with something else than a vector.`);
  return (result as Series[]).map(({ metric, value: [time, value] }) => ({
    labels: metric,
    value: numberOf(value),
    time,
  }));
}

const numberOf = (text: string): number =>
  text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : text === 'NaN' ? NaN : Number(text);
