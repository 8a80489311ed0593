/** What the host keeps to when it posts to a view (docs/architecture.md). */

/** Milliseconds between two envelopes: at most ten a second. */
export const POST_INTERVAL = 105;
/** Characters of an envelope, all of them ASCII. */
export const ENVELOPE_SIZE = 64_000;
