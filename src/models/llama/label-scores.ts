// From a server's top list of next tokens to the score of each label.

// Below whatever was listed: a label that is not on the list is less likely than the list's last entry.
const floorStep = 1;

function sumOfLogs(logs: number[]): number {
  const highest = Math.max(...logs);
  return highest + Math.log(logs.reduce((sum, each) => sum + Math.exp(each - highest), 0));
}

/** The labels that go on from this token. A token of nothing but space says nothing. */
function labelsFrom(token: string, labels: string[]): number[] {
  const word = token.trim().toLowerCase();
  if (!word) return [];
  return labels.flatMap((label, index) => (label.toLowerCase().startsWith(word) ? [index] : []));
}

/**
 * `top` maps token text to natural log-probability. A label scores the summed chance of all listed tokens that begin it
 * (` bad`, `bad`, ` Bad`); a token that could begin two labels (` n` of `no` and `neutral`) counts for neither.
 */
export function labelScores(top: Record<string, number>, labels: string[]): number[] {
  const logs = labels.map((): number[] => []);
  for (const [token, log] of Object.entries(top)) {
    const matches = labelsFrom(token, labels);
    const [only, ...others] = matches;
    if (only !== undefined && others.length === 0) logs[only]?.push(log);
  }
  const listed = Object.values(top);
  const floor = (listed.length > 0 ? Math.min(...listed) : 0) - floorStep;
  return logs.map((each) => (each.length > 0 ? sumOfLogs(each) : floor));
}
