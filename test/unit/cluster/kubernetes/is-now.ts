/** True where a time in seconds, as a server tells it, is between `since` (ms) and now, but for the whole seconds of its header. */
export const isNow = (seconds: number, since: number): boolean =>
  seconds > since / 1000 - 2 && seconds < Date.now() / 1000 + 2;
