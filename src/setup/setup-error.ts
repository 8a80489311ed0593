/** Something could not be set up. The message says why and what to do. */
export class SetupError extends Error {
  /** What the programs behind it printed, for closer examination. */
  readonly output: string;
  constructor(message: string, output = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'SetupError';
    this.output = output;
  }
}
