export interface GuideExtent {
  /** With at least one programme. */
  channels: number;
  programmes: number;
  /** Epoch seconds; null = no programmes. */
  lastStop: number | null;
}

const DAY = 86_400;

/**
 * Why a new guide is suspiciously small beside the one it would replace; null = it is not. Compared are channels,
 * programmes, and how far ahead it reaches: a guide that ends tomorrow where the old one still has a week is broken.
 */
export function shrinkage(
  before: GuideExtent,
  after: GuideExtent,
  { threshold, nowSeconds }: { threshold: number; nowSeconds: number },
): string | null {
  for (const kind of ['channels', 'programmes'] as const) {
    if (after[kind] >= before[kind] * threshold) continue;
    const share = Math.round((100 * after[kind]) / before[kind]);
    return `the guide has shrunk to ${after[kind]} of ${before[kind]} ${kind} (${share} %); refresh it with --force if that is right`;
  }
  const ahead = Math.max(0, (before.lastStop ?? 0) - nowSeconds);
  const now = Math.max(0, (after.lastStop ?? 0) - nowSeconds);
  if (now >= ahead * threshold) return null;
  return `the guide reaches ${days(now)} ahead, ${days(ahead)} before; refresh it with --force if that is right`;
}

function days(seconds: number): string {
  return `${(seconds / DAY).toFixed(1)} days`;
}
