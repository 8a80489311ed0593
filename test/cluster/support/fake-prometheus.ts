/** A stand-in for Prometheus on simulated nodes, where nothing runs that could be measured: one always current value per deployment. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function startFakePrometheus(deployments: readonly string[]): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams.get('query') ?? '';
    const now = Date.now() / 1000;
    const value = query.includes('timestamp(') ? now - 5 : query.includes('count_over_time(') ? 24 : 0.1;
    const result = deployments.map((deployment) => ({ metric: { deployment }, value: [now, String(value)] }));
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
