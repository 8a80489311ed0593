/** A single JSON request over HTTP or HTTPS that can be aborted and has a timeout. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest, type RequestOptions as TlsOptions } from 'node:https';
import { ClusterError } from '../../live/live-cluster.ts';
import { Deadline, type Timers } from '../../live/timers.ts';

/** Longest duration of one call, in milliseconds. */
export const CALL_TIMEOUT = 10_000;
/** Bytes. Every list that is requested is smaller than this. */
const LARGEST_ANSWER = 64 << 20;

export interface HttpAnswer {
  readonly status: number;
  /** The Date header of the answer. */
  readonly date: string | undefined;
  readonly text: string;
}

export interface HttpOptions {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The agent and the certificates. */
  readonly connection: RequestOptions & TlsOptions;
  readonly signal: AbortSignal;
  readonly timers: Timers;
  /** Milliseconds. */
  readonly timeout: number;
  /** Name of the server, for messages. */
  readonly what: string;
}

/** Resolves with the answer, whatever its status. Rejects with ClusterError ('timeout', 'aborted') or a system error. */
export const requestText = (options: HttpOptions): Promise<HttpAnswer> =>
  withDeadline(options, async (signal) => readAll(await send(options, signal), options));

/** Resolves when the headers have arrived; the timeout ends there. The caller reads the body, under its own signal. */
export const openBody = (options: HttpOptions): Promise<IncomingMessage> =>
  withDeadline(options, (signal) => send(options, signal));

async function withDeadline<T>(options: HttpOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { what, timeout } = options;
  using deadline = new Deadline(options.timers, timeout / 1000);
  try {
    options.signal.throwIfAborted();
    return await work(AbortSignal.any([options.signal, deadline.signal]));
  } catch (error) {
    if (options.signal.aborted) throw new ClusterError('aborted', `The request to ${what} was canceled.`);
    if (deadline.signal.aborted)
      throw new ClusterError('timeout', `${what} did not answer within ${timeout / 1000} s.`);
    throw error;
  }
}

function send(options: HttpOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body, connection } = options;
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const request = start(url, { ...connection, method, headers: { ...headers, ...length }, signal });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function readAll(response: IncomingMessage, { what }: HttpOptions): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > LARGEST_ANSWER) {
      response.destroy();
      throw new ClusterError('invalid', `${what} answered with more than ${LARGEST_ANSWER >> 20} MiB.`);
    }
  }
  return {
    status: response.statusCode ?? 0,
    date: response.headers.date,
    text: Buffer.concat(parts).toString('utf8'),
  };
}
