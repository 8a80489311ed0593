/**
 * Keeps secrets out of messages: the known ones (tokens, keys and passwords from the kubeconfig and from exec credentials)
 * and anything that looks like one.
 */

const HIDDEN = '***';

const PATTERNS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // JSON web tokens.
  /\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g,
  // Ordinary words can follow these too, so only a value that contains a digit is hidden.
  /(?<=\b(?:bearer|basic)\s+)(?=[^\s]*\d)[\w.~+/=:-]{6,}/gi,
  /(?<=\b(?:token|password|passwd|secret|key|authorization)"?\s*[=:]\s*"?)(?=[^\s]*\d)[^\s",}']{6,}/gi,
  // Opaque tokens and pieces of certificates or keys.
  /\b[A-Za-z0-9]{40,}={0,2}/g,
];

/** Characters. Hiding shorter secrets would also hide ordinary words. */
const SHORTEST = 6;

export class Secrets {
  readonly #known = new Set<string>();

  /** Hides these texts from now on, except for empty and very short ones. */
  add(...secrets: readonly (string | null | undefined)[]): void {
    for (const secret of secrets) {
      const text = secret?.trim() ?? '';
      if (text.length >= SHORTEST) this.#known.add(text);
    }
  }

  scrub(text: string): string {
    let clean = text;
    // Longest first, since one secret may be part of another.
    for (const secret of [...this.#known].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, HIDDEN);
    for (const pattern of PATTERNS) clean = clean.replace(pattern, HIDDEN);
    return clean;
  }
}
