/**
 * Keeps secrets out of messages: those that are known (tokens, keys and passwords of the kubeconfig and of exec
 * credentials), and whatever looks like one.
 */

const HIDDEN = '***';

const PATTERNS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // A JSON web token.
  /\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g,
  // Words follow these too: what is hidden has a digit in it.
  /(?<=\b(?:bearer|basic)\s+)(?=[^\s]*\d)[\w.~+/=:-]{6,}/gi,
  /(?<=\b(?:token|password|passwd|secret|key|authorization)"?\s*[=:]\s*"?)(?=[^\s]*\d)[^\s",}']{6,}/gi,
  // An opaque token, a piece of a certificate or key.
  /\b[A-Za-z0-9]{40,}={0,2}/g,
];

/** Shorter ones would hide ordinary words. */
const SHORTEST = 6;

export class Secrets {
  readonly #known = new Set<string>();

  /** What is hidden from now on; empty and very short texts are passed over. */
  add(...secrets: readonly (string | null | undefined)[]): void {
    for (const secret of secrets) {
      const text = secret?.trim() ?? '';
      if (text.length >= SHORTEST) this.#known.add(text);
    }
  }

  scrub(text: string): string {
    let clean = text;
    // Longest first: one may be part of another.
    for (const secret of [...this.#known].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, HIDDEN);
    for (const pattern of PATTERNS) clean = clean.replace(pattern, HIDDEN);
    return clean;
  }
}
