/** Names of systems in the journal of an evaluation. */

/** The policies that are evaluated. */
export const KARMA_NAME = 'KARMA';
/** The policies of the run that is refined, on the same episodes. */
export const BEFORE_NAME = 'KARMA before';
