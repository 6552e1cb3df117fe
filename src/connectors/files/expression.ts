import { invalid } from '#kernel/error.ts'

/** An expression over source columns, parsed. It is never SQL: only what is written here can be said. */
export type Node =
  | { is: 'number'; value: string }
  | { is: 'text'; value: string }
  | { is: 'flag'; value: boolean }
  | { is: 'null' }
  | { is: 'column'; name: string }
  | { is: 'call'; name: string; args: Node[] }
  | { is: 'binary'; operator: string; left: Node; right: Node }
  | { is: 'not'; of: Node }
  | { is: 'minus'; of: Node }
  | { is: 'in'; of: Node; list: Node[]; negated: boolean }
  | { is: 'empty'; of: Node; negated: boolean }
  | { is: 'case'; whens: { when: Node; gives: Node }[]; otherwise: Node | null }

interface Token {
  is: 'number' | 'text' | 'column' | 'word' | 'sign' | 'end'
  text: string
  at: number
}

const pattern =
  /\s+|(?<number>\d+(?:\.\d+)?)|'(?<text>(?:[^']|'')*)'|"(?<column>(?:[^"]|"")*)"|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<sign>\|\||<=|>=|<>|!=|==|[-+*/(),=<>])/uy

const tokens = (text: string): Token[] => {
  const found: Token[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(text)
    if (!match)
      throw invalid(
        `“${text}” cannot be read at “${text.slice(at, at + 12)}”.`,
        'Write column names with blanks in double quotes and text in single quotes.',
      )
    const { number, text: literal, column, word, sign } = match.groups ?? {}
    if (number !== undefined) found.push({ is: 'number', text: number, at })
    else if (literal !== undefined) found.push({ is: 'text', text: literal.replaceAll("''", "'"), at })
    else if (column !== undefined) found.push({ is: 'column', text: column.replaceAll('""', '"'), at })
    else if (word !== undefined) found.push({ is: 'word', text: word, at })
    else if (sign !== undefined) found.push({ is: 'sign', text: sign, at })
  }
  found.push({ is: 'end', text: '', at: text.length })
  return found
}

const comparisons = ['=', '==', '!=', '<>', '<', '<=', '>', '>=']

/** Parses an expression. @throws Failure that says where it stops making sense. */
export const parse = (text: string): Node => {
  if (text.length > 10_000) throw invalid('The expression is longer than 10,000 characters.')
  const list = tokens(text)
  let next = 0
  let depth = 0
  const peek = () => list[next] as Token
  const take = () => list[next++] as Token
  const isWord = (word: string) => peek().is === 'word' && peek().text.toLowerCase() === word
  const isSign = (...signs: string[]) => peek().is === 'sign' && signs.includes(peek().text)
  const word = (name: string) => isWord(name) && take().is === 'word'
  const sign = (...signs: string[]) => (isSign(...signs) ? take().text : null)
  const wrong = (expected: string): never => {
    const token = peek()
    const where = token.is === 'end' ? 'at its end' : `before “${text.slice(token.at, token.at + 12)}”`
    throw invalid(`“${text}” needs ${expected} ${where}.`, 'Column names with blanks go in double quotes.')
  }
  const need = (text: string) => sign(text) ?? wrong(`“${text}”`)
  const needWord = (name: string) => word(name) || wrong(`“${name}”`)

  const either = (): Node => {
    if (++depth > 200) throw invalid('The expression is nested too deeply.')
    let left = both()
    while (word('or')) left = { is: 'binary', operator: 'or', left, right: both() }
    depth--
    return left
  }
  const both = (): Node => {
    let left = negation()
    while (word('and')) left = { is: 'binary', operator: 'and', left, right: negation() }
    return left
  }
  const negation = (): Node => (word('not') ? { is: 'not', of: negation() } : comparison())
  const comparison = (): Node => {
    const left = joined()
    const operator = sign(...comparisons)
    if (operator) {
      const plain = operator === '==' ? '=' : operator === '!=' ? '<>' : operator
      return { is: 'binary', operator: plain, left, right: joined() }
    }
    if (word('is')) {
      const negated = word('not')
      if (!word('empty') && !word('null')) wrong('“empty”')
      return { is: 'empty', of: left, negated }
    }
    const negated = isWord('not') && list[next + 1]?.text.toLowerCase() === 'in' ? word('not') : false
    if (word('in')) return { is: 'in', of: left, list: group(), negated }
    return left
  }
  const joined = (): Node => {
    let left = sum()
    while (sign('||')) left = { is: 'binary', operator: '||', left, right: sum() }
    return left
  }
  const sum = (): Node => {
    let left = product()
    for (let operator = sign('+', '-'); operator; operator = sign('+', '-'))
      left = { is: 'binary', operator, left, right: product() }
    return left
  }
  const product = (): Node => {
    let left = unary()
    for (let operator = sign('*', '/'); operator; operator = sign('*', '/'))
      left = { is: 'binary', operator, left, right: unary() }
    return left
  }
  const unary = (): Node => {
    if (!sign('-')) return sign('+') ? unary() : primary()
    if (++depth > 200) throw invalid('The expression is nested too deeply.')
    const of = unary()
    depth--
    return { is: 'minus', of }
  }
  const group = (): Node[] => {
    need('(')
    const nodes: Node[] = []
    if (sign(')')) return nodes
    do nodes.push(either())
    while (sign(','))
    need(')')
    return nodes
  }
  const cases = (): Node => {
    const whens: { when: Node; gives: Node }[] = []
    while (word('when')) {
      const when = either()
      needWord('then')
      whens.push({ when, gives: either() })
    }
    if (whens.length === 0) wrong('“when”')
    const otherwise = word('else') ? either() : null
    needWord('end')
    return { is: 'case', whens, otherwise }
  }
  const primary = (): Node => {
    if (isSign('(')) {
      take()
      const inner = either()
      need(')')
      return inner
    }
    const token = peek()
    if (token.is === 'end' || token.is === 'sign') return wrong('a column, a number or a text')
    take()
    if (token.is === 'number') return { is: 'number', value: token.text }
    if (token.is === 'text') return { is: 'text', value: token.text }
    if (token.is === 'column') return { is: 'column', name: token.text }
    const name = token.text.toLowerCase()
    if (isSign('(')) return { is: 'call', name, args: group() }
    if (name === 'case') return cases()
    if (name === 'true' || name === 'false') return { is: 'flag', value: name === 'true' }
    if (name === 'null') return { is: 'null' }
    return { is: 'column', name: token.text }
  }
  const node = either()
  if (peek().is !== 'end') wrong('an operator')
  return node
}
