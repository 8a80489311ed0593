/** Environment variable with the bearer token for a Prometheus at a URL, so that no file and no process list contains the token. */
export const PROMETHEUS_TOKEN = 'KARMA_PROMETHEUS_TOKEN';
