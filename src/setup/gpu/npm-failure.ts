/** Explains from npm's output why an installation failed. */
import { CUDA_NEEDED, GPU_PATH_VARIABLE } from '../../jobs/backend/gpu-package.ts';

/** What a user can do if the download host cannot be reached. */
export const WAY_AROUND = `Install it where the host can be reached, copy that folder here, and name it in the setting karma-mas.gpu.packagePath (or in ${GPU_PATH_VARIABLE}); or point TFJS_NODE_CDN_STORAGE to a mirror.`;

/** From the most specific to the least. The first match wins, and `$1` stands for its first group. */
const RULES: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [/ENOSPC|no space left/i, 'The disk is full: free some space, then try again.'],
  [/EDQUOT/, 'Your disk quota is used up: free some space, then try again.'],
  [
    /\bEACCES\b|\bEPERM\b|EROFS/,
    'A folder may not be written: check the permissions of the folder and of the npm cache.',
  ],
  [
    /TAR_BAD_ARCHIVE|Invalid or unsupported zip format/,
    `The host of TensorFlow's library refuses the download: it sent something else than the library. ${WAY_AROUND}`,
  ],
  [
    /Downloading libtensorflow[\s\S]*(?:ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ENOTFOUND|EAI_AGAIN|socket hang up)/,
    `The host of TensorFlow's library cannot be reached: check the connection and the proxy (HTTPS_PROXY). ${WAY_AROUND}`,
  ],
  [
    /code (?:ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT)/,
    `The npm registry cannot be reached: check the connection, and npm's settings for registry and proxy (npm config list). ${WAY_AROUND}`,
  ],
  [
    /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE/,
    "The registry's certificate is not trusted, as behind some company proxies: name the proxy's certificate in NODE_EXTRA_CA_CERTS, then try again.",
  ],
  [/code E40[13]/, 'The npm registry asks for a login or refuses the package: check npm config get registry.'],
  [/code E404/, 'The npm registry does not have the package: check npm config get registry.'],
  [
    /gyp ERR! find Python|gyp ERR! stack Error: not found: make|node-pre-gyp install failed/,
    `No prebuilt binding fits this machine, and building one failed: it takes Python, make and a C++ compiler (and ${CUDA_NEEDED} to use the GPU). Install these, then try again.`,
  ],
  [/Unsupported system: (\S+)/, 'TensorFlow has no GPU build for this platform.'],
];

/** Returns one or two sentences: what failed and what to do. */
export function explainNpmFailure(output: string, how: string): string {
  const rule = RULES.find(([pattern]) => pattern.test(output));
  if (rule) return rule[1];
  const lines = output.split('\n').map((line) => line.replace(/^npm (?:error|ERR!)\s*/, '').trim());
  const last = lines.findLast((line) => /error/i.test(line) && !/complete log of this run|debug-\d*\.log/.test(line));
  return `npm did not install the package (${how})${last ? `: ${last}` : ''}. The log has the whole output.`;
}
