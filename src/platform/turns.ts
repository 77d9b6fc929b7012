const waiting: (() => void)[] = [];

/**
 * Gives the event loop a turn, for work in slices. Of all who wait one goes on in each turn: slices of a few milliseconds
 * that went on together would be one long turn for every stream. Whoever works for a player that waits takes `setImmediate`.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(goOn);
  });
}

function goOn(): void {
  const resolve = waiting.shift();
  if (waiting.length > 0) setImmediate(goOn);
  resolve?.();
}
