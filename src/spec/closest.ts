/** Which of several words a mistyped one was probably meant to be. */

/**
 * The only candidate that `word` begins, or the nearest of those that differ from it by at most a third of the letters (of the longer
 * of both words); undefined where no candidate is that near.
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const begun = candidates.filter((candidate) => word.length >= 3 && candidate.startsWith(word));
  if (begun.length === 1) return begun[0];
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const most = Math.max(word.length, candidate.length) / 3;
    if (Math.abs(candidate.length - word.length) > most) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** How many insertions, deletions, replacements and swaps of neighbors turn one word into the other (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i++) {
    const [row, above, twoAbove] = [[i], rows[i - 1], rows[i - 2]];
    for (let j = 1; j <= to.length; j++) {
      const replaced = above[j - 1] + Number(from[i - 1] !== to[j - 1]);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(Math.min(replaced, above[j] + 1, row[j - 1] + 1, swapped ? twoAbove[j - 2] + 1 : Infinity));
    }
    rows.push(row);
  }
  return rows[from.length][to.length];
}
