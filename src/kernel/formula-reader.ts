import { invalid } from './error.ts'

export type Sign = '+' | '-' | '*' | '/'

/**
 * Reads the words of a formula one after the other: what the languages of metrics and of plans have in common, be it
 * arithmetic, names, or telling where reading stopped.
 */
export interface FormulaReader {
  /** The word that comes next, or the one `ahead` words after it; undefined past the end. */
  peek(ahead?: number): string | undefined
  /** The next words, at most `count`. */
  coming(count: number): string[]
  /** Goes past the next word. */
  skip(): void
  /** Goes past the next word, which must be this. */
  take(wanted: string): void
  /** A name; `wanted` says what is expected of it. */
  name(wanted: string): string
  /** One or more, with commas between, and the parenthesis that ends them. */
  list<Node>(one: () => Node): Node[]
  /** Sums of products of factors. */
  arithmetic<Node>(factor: () => Node, operation: (sign: Sign, left: Node, right: Node) => Node): Node
  /** The failure that says what stands here and what was expected. */
  fail(wanted: string): Error
}

/**
 * @param token sticky pattern of one word with the blanks before it.
 * @param next what a formula is made of, for whoever wrote something else.
 * @throws Failure('invalid') that shows where the text is none of the language's.
 */
export function formulaReader(text: string, token: RegExp, next: string): FormulaReader {
  const words = wordsOf(text, token, next)
  let at = 0
  const peek = (ahead = 0) => words[at + ahead]
  const fail = (wanted: string) =>
    invalid(
      `The formula "${text}" ${peek() === undefined ? 'ends too early' : `has "${peek()}" where it should not`}: ${wanted} is expected.`,
    )
  const skip = () => {
    at += 1
  }
  const take = (wanted: string) => {
    if (peek() !== wanted) throw fail(`"${wanted}"`)
    skip()
  }
  const run = <Node>(
    signs: readonly Sign[],
    part: () => Node,
    operation: (sign: Sign, left: Node, right: Node) => Node,
  ) => {
    let left = part()
    for (let sign = signs.find(one => one === peek()); sign; sign = signs.find(one => one === peek())) {
      skip()
      left = operation(sign, left, part())
    }
    return left
  }
  return {
    peek,
    coming: count => words.slice(at, at + count),
    skip,
    take,
    name(wanted) {
      const found = peek()
      if (found === undefined || !/^[a-z_]/i.test(found)) throw fail(wanted)
      skip()
      return found
    },
    list(one) {
      const all = [one()]
      while (peek() === ',') {
        skip()
        all.push(one())
      }
      take(')')
      return all
    },
    arithmetic: (factor, operation) => run(['+', '-'], () => run(['*', '/'], factor, operation), operation),
    fail,
  }
}

const wordsOf = (text: string, token: RegExp, next: string): string[] => {
  const found: string[] = []
  const end = text.trimEnd().length
  token.lastIndex = 0
  while (token.lastIndex < end) {
    const at = token.lastIndex
    const match = token.exec(text)
    if (!match) throw invalid(`The formula "${text}" cannot be read at "${text.slice(at).trim()}".`, next)
    found.push(match[0].trim())
  }
  return found
}
