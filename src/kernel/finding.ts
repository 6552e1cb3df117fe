/** Finding things by what somebody types of their names. */

/** In lower case and without accents, as people type: “Café” is found by “cafe”. */
const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()

/** The words of what was typed; at most eight count. */
export const wordsTyped = (typed: string): string[] =>
  typed.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8)

/**
 * How well a thing answers to the words: 4 they are its name, 3 it begins with the first, 2 all are in its name, 1 some only
 * in what is said of it, 0 one is nowhere. Without words everything answers alike, with 1.
 */
export function rankOf(typed: readonly string[], name: string, about = ''): number {
  if (typed.length === 0) return 1
  const words = typed.map(plain)
  const called = plain(name)
  const all = `${called} ${plain(about)}`
  if (!words.every(word => all.includes(word))) return 0
  if (!words.every(word => called.includes(word))) return 1
  if (called === words.join(' ')) return 4
  return called.startsWith(words[0] ?? '') ? 3 : 2
}
