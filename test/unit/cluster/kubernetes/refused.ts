import assert from 'node:assert/strict';
import { ClusterError } from '../../../../src/cluster/live/live-cluster.ts';

/** For assert.rejects: a ClusterError with this reason, whose message matches. */
export const refused =
  (reason: ClusterError['reason'], message = /./) =>
  (error: unknown): true => {
    assert.ok(error instanceof ClusterError, String(error));
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, message);
    return true;
  };

/** Never aborts. */
export const { signal } = new AbortController();
