/**
 * The API server of one context. Its address is fixed when it is opened. Every call has a timeout and can be canceled, and
 * its errors are ClusterErrors without secrets.
 */
import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { ClusterError } from '../../live/live-cluster.ts';
import type { Timers } from '../../live/timers.ts';
import { noAnswer, refusal } from './api-errors.ts';
import { ExecCredentials, type ExecConfig } from './exec-credentials.ts';
import { CALL_TIMEOUT, openBody, requestText, type HttpAnswer, type HttpOptions } from './https-json.ts';
import { openContext } from './kubeconfig.ts';
import type { Status } from './objects.ts';
import { Secrets } from './secrets.ts';
import { ServerClock } from './server-clock.ts';

export interface ApiServerOptions {
  /** KUBECONFIG, HOME, PATH and KUBERNETES_SERVICE_HOST are read. */
  readonly env: NodeJS.ProcessEnv;
  /** Empty for the current context. */
  readonly context: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly timers: Timers;
  /** Milliseconds, 10 s by default. */
  readonly timeout?: number;
}

export interface ApiRequest {
  /** GET by default. */
  readonly method?: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Begins with '/'. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** application/json by default. */
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

export class ApiServer {
  readonly context: string;
  readonly server: string;
  /** The namespace of the context, or 'default' if the context names none. */
  readonly namespace: string;
  readonly clock = new ServerClock();
  readonly secrets: Secrets;
  readonly timers: Timers;
  /** Milliseconds. */
  readonly timeout: number;
  readonly #config: KubeConfig;
  readonly #exec: ExecCredentials | undefined;
  readonly #now: () => number;
  readonly #closed = new AbortController();
  #connection:
    { readonly key: string; readonly options: RequestOptions; readonly headers: Record<string, string> } | undefined;

  constructor(config: KubeConfig, options: ApiServerOptions) {
    const context = config.getContextObject(config.currentContext);
    const cluster = config.getCurrentCluster();
    const user = config.getCurrentUser();
    if (!context || !cluster || !user)
      throw new ClusterError('invalid', `The kubeconfig has no context, cluster or user for ${config.currentContext}.`);
    this.context = context.name;
    this.server = cluster.server;
    this.namespace = context.namespace ?? 'default';
    this.timeout = options.timeout ?? CALL_TIMEOUT;
    this.timers = options.timers;
    this.#now = options.now;
    this.#config = config;
    this.secrets = new Secrets();
    this.secrets.add(user.token, user.password, user.keyData, ...Object.values(authConfigOf(user.authProvider)));
    this.secrets.add(...((user.exec as ExecConfig | undefined)?.env ?? []).map(({ value }) => value));
    if (user.exec) {
      this.#exec = new ExecCredentials(user.exec as ExecConfig, {
        context: context.name,
        cluster: {
          server: cluster.server,
          ...(cluster.tlsServerName ? { 'tls-server-name': cluster.tlsServerName } : {}),
          ...(cluster.skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {}),
          ...(cluster.caData ? { 'certificate-authority-data': cluster.caData } : {}),
        },
        secrets: this.secrets,
        env: options.env,
        now: options.now,
        timers: options.timers,
        timeout: this.timeout,
      });
      // The library's own plug-in would wait for the program forever.
      config.users = config.users.map((each) => (each.name === user.name ? { ...each, exec: undefined } : each));
    }
  }

  /** Reads the kubeconfig, but does not connect yet. Rejects with ClusterError. */
  static async open(options: ApiServerOptions): Promise<ApiServer> {
    return new ApiServer(await openContext(options.env, options.context), options);
  }

  /** Returns the server's time in seconds since the epoch. */
  time(): number {
    return this.clock.time(this.#now() / 1000);
  }

  /** Sends a request and resolves with the JSON of the answer. Rejects with ClusterError. */
  async request<T>(request: ApiRequest): Promise<T> {
    const answer = await this.#send(request, requestText, request.method === 'POST' ? 0 : 1);
    if (answer.status >= 400) throw this.#clean(refusal(answer.status, statusIn(answer.text), this.#target(request)));
    try {
      return JSON.parse(answer.text) as T;
    } catch {
      throw new ClusterError('invalid', `${this.server} answered ${request.path} with something that is no JSON.`);
    }
  }

  /** Resolves with a body to be read as it arrives. The timeout ends with the headers. Rejects with ClusterError. */
  async stream(request: ApiRequest): Promise<IncomingMessage> {
    const response = await this.#send(request, openBody, 1);
    if (response.statusCode === 200) return response;
    let text = '';
    for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) text += part;
    throw this.#clean(refusal(response.statusCode ?? 0, statusIn(text), this.#target(request)));
  }

  /** Cancels pending calls and makes later ones reject. */
  close(): void {
    this.#closed.abort();
    destroy(this.#connection?.options.agent);
  }

  async #send<T extends HttpAnswer | IncomingMessage>(
    request: ApiRequest,
    send: (options: HttpOptions) => Promise<T>,
    retries: number,
  ): Promise<T> {
    const signal = AbortSignal.any([request.signal, this.#closed.signal]);
    if (this.#closed.signal.aborted)
      throw new ClusterError('aborted', `The connection of context ${this.context} is closed.`);
    const method = request.method ?? 'GET';
    const url = new URL(`${this.server}${request.path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const { options: connection, headers } = await this.#authenticate(signal);
    const options: HttpOptions = {
      url,
      method,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'karma-mas',
        ...(request.body === undefined ? {} : { 'Content-Type': request.contentType ?? 'application/json' }),
        ...headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      connection,
      signal,
      timers: this.timers,
      timeout: this.timeout,
      what: `${this.server} (context ${this.context})`,
    };
    let answer: T;
    try {
      answer = await send(options);
    } catch (error) {
      // The server had already closed the kept-alive connection.
      if (retries > 0 && (error as { code?: unknown }).code === 'ECONNRESET') return this.#send(request, send, 0);
      throw this.#clean(noAnswer(error, options.what, 'Check the VPN or tunnel, and that the cluster runs.'));
    }
    const status = 'statusCode' in answer ? answer.statusCode : (answer as HttpAnswer).status;
    const date = 'statusCode' in answer ? answer.headers.date : (answer as HttpAnswer).date;
    this.clock.see(date, this.#now() / 1000);
    if (status === 401 && this.#exec && retries > 0) {
      this.#exec.forget();
      if ('statusCode' in answer) answer.resume();
      return this.#send(request, send, 0);
    }
    return answer;
  }

  /** Returns the current certificates and headers, since a token may have been renewed. */
  async #authenticate(signal: AbortSignal): Promise<{ options: RequestOptions; headers: Record<string, string> }> {
    const credential = this.#exec ? await orAbort(this.#exec.get(), signal, this) : undefined;
    const options: RequestOptions = {};
    try {
      await orAbort(this.#config.applyToHTTPSOptions(options), signal, this);
    } catch (error) {
      throw this.#clean(noAnswer(error, `Context ${this.context}`, 'Check its user and cluster in the kubeconfig.'));
    }
    const headers = Object.fromEntries(
      Object.entries((options.headers ?? {}) as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
    );
    if (options.auth) headers.Authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    if (credential?.token) headers.Authorization = `Bearer ${credential.token}`;
    if (credential?.clientCertificateData) {
      options.cert = credential.clientCertificateData;
      options.key = credential.clientKeyData;
    }
    this.secrets.add(headers.Authorization?.replace(/^\w+\s+/, ''));
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const identity = JSON.stringify([String(ca), String(cert), String(key)]);
    if (this.#connection?.key !== identity) {
      const tls = { ca, cert, key, rejectUnauthorized, servername, keepAlive: true } as const;
      const defined = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
      const hasProxy = Boolean(this.#config.getCurrentCluster()?.proxyUrl);
      const own = this.server.startsWith('https:') ? new HttpsAgent(defined) : new HttpAgent({ keepAlive: true });
      const agent = hasProxy ? (options.agent as HttpsAgent) : (own as HttpsAgent);
      this.#connection = { key: identity, options: { agent }, headers };
    }
    return { options: this.#connection.options, headers };
  }

  #target({ method, path }: ApiRequest) {
    return { context: this.context, server: this.server, method: method ?? 'GET', path };
  }

  #clean(error: ClusterError): ClusterError {
    error.message = this.secrets.scrub(error.message);
    return error;
  }
}

function authConfigOf(provider: unknown): Record<string, string> {
  const config = (provider as { config?: Record<string, unknown> } | null | undefined)?.config ?? {};
  return Object.fromEntries(
    Object.entries(config).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Adds what the library's credential plug-ins lack: a timeout and a way to abort. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal, { context, timers, timeout }: ApiServer): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = `The credentials of context ${context} did not come within ${timeout / 1000} s.`;
    const cancel = timers.after((timeout + 500) / 1000, () => reject(new ClusterError('timeout', late)));
    const stop = () => reject(new ClusterError('aborted', `The connection of context ${context} was canceled.`));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      cancel();
      signal.removeEventListener('abort', stop);
    });
  });
}

function statusIn(text: string): Status | undefined {
  try {
    // Prometheus behind the proxy uses `error` instead of `message`.
    const body = JSON.parse(text) as (Status & { readonly error?: string }) | null;
    const message = body?.message ?? body?.error;
    return message === undefined ? undefined : { message };
  } catch {
    const line = text.trim().split('\n')[0].slice(0, 200);
    return line === '' ? undefined : { message: line };
  }
}

function destroy(agent: RequestOptions['agent']): void {
  if (typeof agent === 'object') agent.destroy();
}
