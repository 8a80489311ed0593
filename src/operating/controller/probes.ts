/** Serves /healthz and /readyz for the kubelet, and /metrics for Prometheus. */
import { createServer, type Server } from 'node:http';

export interface ProbeOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Returns what is wrong, or an empty text if nothing is. */
  readonly health: () => string;
  readonly readiness: () => string;
  readonly metrics: () => string;
}

export function startProbes({ port, health, readiness, metrics }: ProbeOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'Content-Type': type });
      response.end(text);
    };
    const probe = (problem: string): void => (problem === '' ? answer(200, 'ok\n') : answer(503, `${problem}\n`));
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'Only GET.\n');
    switch (request.url?.split('?')[0]) {
      case '/healthz':
        return probe(health());
      case '/readyz':
        return probe(readiness());
      case '/metrics':
        return answer(200, metrics(), 'text/plain; version=0.0.4; charset=utf-8');
      default:
        return answer(404, 'There are /healthz, /readyz and /metrics.\n');
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });
}
