/** Something could not be set up; the message says why and what to do. */
export class SetupError extends Error {
  /** What the programs behind it printed, for those who want to look. */
  readonly output: string;
  constructor(message: string, output = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'SetupError';
    this.output = output;
  }
}
