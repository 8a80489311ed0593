/**
 * An agent's options: hold, or one (service in scope, move in +-1..maxMove). `hold` once, then service by service
 * -maxMove..-1, +1..+maxMove. Moves of several agents on one service add up; caps and replica bounds apply afterwards.
 */
export interface Option {
  /** Index of the service; -1 for hold. */
  readonly service: number;
  readonly move: number;
}

export function optionsOf(scope: readonly number[], maxMove: number): Option[] {
  const options: Option[] = [{ service: -1, move: 0 }];
  for (const service of scope)
    for (let move = -maxMove; move <= maxMove; move++) if (move !== 0) options.push({ service, move });
  return options;
}
