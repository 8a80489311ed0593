/**
 * A stand-in for Prometheus over real HTTP: it evaluates nothing, but answers a query by rules that look at its text, at a time of
 * its own.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface FakeSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | string;
}

/** The answer to a query; a text is an error; undefined = the next rule. */
export type QueryRule = (query: string, now: number) => readonly FakeSeries[] | string | undefined;

export class FakePrometheus {
  /** Seconds since the epoch. */
  now = 1_700_000_000;
  /** The first that answers counts; nothing matching gives an empty vector. */
  rules: QueryRule[] = [];
  /** Stopped: 502 through the proxy. */
  stopped = false;
  /** A bearer token that is asked for. */
  token: string | undefined;
  readonly queries: string[] = [];

  handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://prometheus');
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (this.stopped) return send(502, {});
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`)
      return send(401, { status: 'error', error: 'unauthorized' });
    const query = url.searchParams.get('query') ?? '';
    this.queries.push(query);
    for (const rule of this.rules) {
      const answer = rule(query, this.now);
      if (answer === undefined) continue;
      if (typeof answer === 'string') return send(400, { status: 'error', errorType: 'bad_data', error: answer });
      const result = answer.map(({ labels, value }) => ({ metric: labels, value: [this.now, String(value)] }));
      return send(200, { status: 'success', data: { resultType: 'vector', result } });
    }
    send(200, { status: 'success', data: { resultType: 'vector', result: [] } });
  }
}

/** What each text in a query gives by deployment; where the newest samples are asked for, how old they are. */
export function answersBy(
  values: Readonly<Record<string, Readonly<Record<string, number | string>>>>,
  ages: (deployment: string, query: string) => number | undefined = () => 2,
): QueryRule {
  return (query, now) => {
    const deployments = [...new Set(Object.values(values).flatMap((of) => Object.keys(of)))];
    if (query.startsWith('max by (deployment)') && query.includes('timestamp('))
      return deployments.flatMap((deployment) => {
        const age = ages(deployment, query);
        return age === undefined ? [] : [{ labels: { deployment }, value: now - age }];
      });
    if (query.includes('count_over_time')) return [{ labels: {}, value: 24 }];
    const found = Object.keys(values).find((part) => query.includes(part));
    return found === undefined
      ? undefined
      : Object.entries(values[found]).map(([deployment, value]) => ({ labels: { deployment }, value }));
  };
}
