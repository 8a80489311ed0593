/** Turns a failed request into a ClusterError whose message says what to do. */
import { ClusterError } from '../../live/live-cluster.ts';
import type { Status } from './objects.ts';
import { grantedBy, type Right } from '../writing/rights.ts';

export interface RequestTarget {
  readonly context: string;
  readonly server: string;
  readonly method: string;
  readonly path: string;
}

/** Builds the error for an answer whose HTTP status is 400 or higher. */
export function refusal(status: number, body: Status | undefined, target: RequestTarget): ClusterError {
  const words = body?.message ?? `HTTP ${status}`;
  switch (status) {
    case 401:
      return new ClusterError(
        'forbidden',
        `${target.server} refuses the credentials of context ${target.context}: they have expired or are wrong. Log in again.`,
      );
    case 403: {
      const right = rightIn(words);
      // Quotas and admission webhooks also answer 403, although no right is missing.
      return right ? new ForbiddenError(right) : new ClusterError('invalid', `${target.server} refuses: ${words}`);
    }
    case 404:
      return new ClusterError('notFound', `${target.server} has no ${target.path}: ${words}`);
    case 409:
      return new ClusterError('conflict', words);
    case 400:
    case 405:
    case 413:
    case 415:
    case 422:
      return new ClusterError('invalid', words);
    case 504:
      return new ClusterError('timeout', `${target.server} did not finish in time: ${words}`);
    default:
      return new ClusterError('unreachable', `${target.server} cannot answer now (HTTP ${status}): ${words}`);
  }
}

/** RBAC denies the request. The error carries the missing right and the Role that grants it. */
export class ForbiddenError extends ClusterError {
  readonly right: Right;
  /** YAML of the Role or ClusterRole that grants `right`. */
  readonly role: string;

  constructor(right: Right) {
    const where = right.namespace === '' ? 'in the whole cluster' : `in namespace ${right.namespace}`;
    const role = grantedBy([right]);
    super('forbidden', `Needs verb ${right.verb} on resource ${nameOf(right)} ${where}. Granted by:\n${role}`);
    this.right = right;
    this.role = role;
  }
}

const nameOf = ({ resource, group }: Right): string => (group === '' ? resource : `${resource}.${group}`);

/** The sentence in which the API server says what RBAC denies. */
const RBAC =
  /cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)/;

function rightIn(words: string): Right | undefined {
  const match = RBAC.exec(words);
  if (!match) return undefined;
  const [, verb, resource, group, namespace = ''] = match;
  return { verb, resource, group, namespace };
}

const TLS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet (is the clock right?)',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the authority of the kubeconfig',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
};

/** Builds the error for a request that got no answer. `what` names the server that was asked, for the message. */
export function noAnswer(error: unknown, what: string, advice: string): ClusterError {
  if (error instanceof ClusterError) return error;
  const code = (error as { code?: unknown }).code;
  const known = typeof code === 'string' ? code : '';
  if (known in TLS)
    return new ClusterError(
      'unreachable',
      `${what} cannot be trusted: ${TLS[known]}. Check certificate-authority-data.`,
    );
  if (known.startsWith('ERR_SSL') || known === 'EPROTO')
    return new ClusterError('unreachable', `${what} speaks no TLS, or another version of it (${known}).`);
  if (known.startsWith('ERR_OSSL'))
    return new ClusterError('invalid', `${what}: a certificate or key of the kubeconfig cannot be read (${known}).`);
  const why = NETWORK[known] ?? (error instanceof Error ? error.message : String(error));
  return new ClusterError('unreachable', `${what} cannot be reached: ${why}. ${advice}`);
}
