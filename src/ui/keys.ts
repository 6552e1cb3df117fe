/**
 * A key for each row, in their order, none twice: what repeats is numbered. Rows of the question before may be alike by what is
 * asked now, and React leaves one of two with the same key on the screen for good.
 */
export function uniqueKeys(keys: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return keys.map(key => {
    const times = seen.get(key) ?? 0
    seen.set(key, times + 1)
    return times === 0 ? key : `${key}\n${times}`
  })
}
