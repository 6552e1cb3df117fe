/** Levenshtein's edit distance, for "did you mean". */
export const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      )
    row = next
  }
  return row[b.length] ?? 0
}

/** Letters and digits only, lower case, accents off: how names are compared. */
export const plainName = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')

/** The names that come closest to `wanted`, closest first. */
export const nearest = (wanted: string, names: readonly string[], count = 3): string[] => {
  const plain = plainName(wanted)
  return names
    .map(name => {
      const other = plainName(name)
      const part = other !== '' && plain !== '' && (other.includes(plain) || plain.includes(other))
      return {
        name,
        score: distance(plain, other) / Math.max(plain.length, other.length, 1) - (part ? 0.3 : 0),
      }
    })
    .sort((a, b) => a.score - b.score)
    .slice(0, count)
    .map(one => one.name)
}

/**
 * The one name that `wanted` was probably meant to be: no more than a third of its letters differ, or one begins with the
 * other. Null where none is near, for a guess by a few letters in common sends people astray.
 */
export const meant = (wanted: string, names: readonly string[]): string | null => {
  const plain = plainName(wanted)
  if (plain === '') return null
  const far = (name: string): number => {
    const other = plainName(name)
    const begins =
      Math.min(plain.length, other.length) >= 3 && (plain.startsWith(other) || other.startsWith(plain))
    const share = distance(plain, other) / Math.max(plain.length, other.length, 1)
    return begins ? Math.min(share, 1 / 3) : share
  }
  const near = names.map(name => ({ name, far: far(name) })).filter(one => one.far <= 1 / 3)
  return near.toSorted((a, b) => a.far - b.far)[0]?.name ?? null
}
