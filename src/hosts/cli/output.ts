import { styleText } from 'node:util';

/**
 * The output of the command line. Results go to stdout, as text or with --json as one JSON object per line. Everything else
 * (progress, messages, errors) goes to stderr.
 */
export class Output {
  readonly json: boolean;
  readonly debug: boolean;
  readonly #color: boolean;
  /** Clears the progress line before something else is printed. */
  beforeMessage: () => void = () => undefined;

  constructor(options: { readonly json: boolean; readonly color: boolean; readonly debug: boolean }) {
    this.json = options.json;
    this.debug = options.debug;
    this.#color = options.color;
  }

  /** Prints one result: the object with --json, otherwise the text. */
  result(object: object, text: string): void {
    this.beforeMessage();
    process.stdout.write(this.json ? `${JSON.stringify(object)}\n` : `${text}\n`);
  }

  /** Prints a message for people that is not a result. */
  message(text: string): void {
    this.beforeMessage();
    process.stderr.write(`${text}\n`);
  }

  warning(text: string): void {
    this.message(`${this.paint('yellow', 'warning:')} ${text}`);
  }

  /** Prints an error. With --json it is also a line on stdout, so that a script sees why there is no result. */
  error(text: string, stack: string): void {
    this.message(`${this.paint('red', 'error:')} ${text}`);
    if (this.debug && stack !== '') this.message(stack);
    if (this.json) process.stdout.write(`${JSON.stringify({ type: 'error', message: text })}\n`);
  }

  paint(style: Parameters<typeof styleText>[0], text: string): string {
    return this.#color ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** Tells whether to use colors: only on a terminal, and only if nobody has turned them off (https://no-color.org). */
export function wantsColor(flag: boolean, stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return flag && !env.NO_COLOR && env.TERM !== 'dumb' && stream.isTTY === true;
}
