/** undefined where there was nothing to count. */
export const share = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);
