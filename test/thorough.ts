/** Whether tests that repeat something do all of it, as in `npm run check:all`; every other run does a part of it. */
export const thorough = process.env.KARMA_THOROUGH === 'yes';
