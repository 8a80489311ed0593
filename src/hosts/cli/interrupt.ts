/**
 * Requests a stop at the next checkpoint on Ctrl-C (SIGINT) or SIGTERM. A second Ctrl-C ends the process at once, which loses
 * the work since the last checkpoint.
 */
export function stopOnInterrupt(onFirst: () => void): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
    onFirst();
  };
  const terminate = () => {
    if (!stop.signal.aborted) stop.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  return {
    signal: stop.signal,
    dispose() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', terminate);
    },
  };
}
