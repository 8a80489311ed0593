/** How the caller of a long computation stops it and follows it. */
export interface Control {
  /** What is awaited rejects with the signal's reason once it aborts. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}
