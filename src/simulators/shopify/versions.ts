/** Versions that answer, oldest first; the newest is the one that is played. */
export const supported = ['2026-01', '2026-04', '2026-07', '2026-10']

/**
 * The version that answers a request for another: an older one is answered by the oldest there is, silently.
 * Null for what is no version.
 */
export function answering(asked: string): string | null {
  if (supported.includes(asked)) return asked
  if (!/^\d{4}-\d{2}$/.test(asked)) return null
  return asked < (supported[0] ?? '') ? (supported[0] ?? null) : null
}
