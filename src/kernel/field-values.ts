/** A short name for an address, made of a long one; '' where nothing can be made. */
const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)

/** Whether a field holds an amount as operations take it, or nothing. */
export const isMoney = (text: string): boolean => text === '' || /^\d+(\.\d{1,4})?$/.test(text)

/** A short name made of a long one that none of `taken` has: numbered from the second on. */
export function freeId(name: string, taken: readonly string[]): string {
  const own = idOf(name) || 'own'
  for (let n = 1; ; n++) {
    const id = n === 1 ? own : `${own.slice(0, 56)}-${n}`
    if (!taken.includes(id)) return id
  }
}
