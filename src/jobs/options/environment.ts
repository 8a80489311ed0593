/** A bearer token for a Prometheus at a URL: from the environment, so that it stands in no file and no process list. */
export const PROMETHEUS_TOKEN = 'KARMA_PROMETHEUS_TOKEN';
