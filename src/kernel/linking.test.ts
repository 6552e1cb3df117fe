import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { domainOf, type LinkByHand, type LinkRecord, linkKey, linksOf, plainName } from './linking.ts'
import { linkedWords } from './linking-words.ts'

const customer = (store: string, id: string, email = ''): LinkRecord => ({
  kind: 'customer',
  store,
  id,
  marks: email ? [{ rule: 'email', value: email }] : [],
})
const entities = (records: readonly LinkRecord[], byHand: readonly LinkByHand[] = []) => {
  const links = new Map(linksOf(records, byHand).map(one => [linkKey(one), one.entity]))
  return (record: LinkRecord) => links.get(linkKey(record)) ?? linkKey(record)
}

const [uk, us, de] = [customer('uk', '1', 'a'), customer('us', '7', 'a'), customer('de', '3', 'b')]

describe('records of several systems', () => {
  it('are one where they share an address, and called by the least of them', () => {
    expect(linksOf([us, uk, de], [])).toEqual([
      { kind: 'customer', store: 'uk', id: '1', entity: 'customer uk 1', by: 'email' },
      { kind: 'customer', store: 'us', id: '7', entity: 'customer uk 1', by: 'email' },
    ])
  })
  it('are one when somebody says so, with all that belong to either', () => {
    const of = entities([uk, us, de], [{ a: us, b: de, together: true }])
    expect(new Set([uk, us, de].map(of)).size).toBe(1)
  })
  it('stay apart when somebody says so, and the others stay together', () => {
    const third = customer('fr', '9', 'a')
    const of = entities([uk, us, third], [{ a: third, b: us, together: false }])
    expect(of(third)).not.toBe(of(us))
    expect([of(third), of(us)]).toContain(of(uk))
    // All but the one set apart from both.
    const alone = entities(
      [uk, us, third],
      [
        { a: third, b: us, together: false },
        { a: third, b: uk, together: false },
      ],
    )
    expect(alone(uk)).toBe(alone(us))
    expect(alone(third)).toBe(linkKey(third))
  })
})

describe('what records are known by', () => {
  it('is a domain however it is written', () => {
    for (const text of [
      'Acme.example',
      'https://www.acme.example/shop?x',
      'Jo@ACME.example',
      ' acme.example:443',
    ])
      expect(domainOf(text)).toBe('acme.example')
    expect(domainOf(null)).toBe('')
  })
  it('is a name without its legal form', () => {
    expect(plainName('Müller & Söhne GmbH')).toBe('mullerandsohne')
    expect(plainName('Acme Co. Ltd.')).toBe('acme')
  })
})

const record = fc
  .record({
    kind: fc.constantFrom('customer' as const, 'lead' as const),
    store: fc.constantFrom('uk', 'us'),
    id: fc.constantFrom('1', '2', '3', '4', '5'),
    emails: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 }),
  })
  .map(
    ({ emails, ...ref }): LinkRecord => ({
      ...ref,
      marks: emails.map(value => ({ rule: 'email', value })),
    }),
  )
const world = fc.uniqueArray(record, { selector: linkKey, maxLength: 16 }).chain(records =>
  fc.tuple(
    fc.constant(records),
    records.length < 2
      ? fc.constant([])
      : fc.array(
          fc
            .tuple(fc.constantFrom(...records), fc.constantFrom(...records), fc.boolean())
            .filter(([a, b]) => a !== b)
            .map(([a, b, together]): LinkByHand => ({ a, b, together })),
          { maxLength: 6 },
        ),
  ),
)

describe('linking, whatever the records', () => {
  it('parts them into sets, the same in whatever order they and the words by hand come', () => {
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.integer({ min: 0, max: 1_000 })), ([records, byHand], dice) => {
        const shuffled = <T>(some: readonly T[]) =>
          some
            .map(one => [dice.next().value ?? 0, one] as const)
            .sort(([a], [b]) => a - b)
            .map(([, one]) => one)
        const turned = shuffled(byHand).map(one => ({ ...one, a: one.b, b: one.a }))
        expect(linksOf(shuffled(records), turned)).toEqual(linksOf(records, byHand))
        // Everyone in a set calls it by the same least member, who is in it: an equivalence.
        const of = entities(records, byHand)
        for (const one of records) {
          const head = records.find(other => linkKey(other) === of(one))
          expect(head && of(head)).toBe(of(one))
          expect(of(one) <= linkKey(one)).toBe(true)
        }
      }),
    )
  })
  it('never makes one of two that were set apart, and joins what shares a mark where nothing was', () => {
    fc.assert(
      fc.property(world, ([records, byHand]) => {
        const of = entities(records, byHand)
        for (const { a, b, together } of byHand)
          if (!together) expect(of(a as LinkRecord)).not.toBe(of(b as LinkRecord))
        const free = entities(records)
        for (const a of records)
          for (const b of records)
            if (a.marks.some(one => b.marks.some(other => other.value === one.value)))
              expect(free(a)).toBe(free(b))
      }),
    )
  })
})

describe('who is who in a sentence', () => {
  const counted = (kind: 'customer' | 'lead' | 'account', records: number, entities: number) => ({
    kind,
    records,
    entities,
  })
  it.each([
    [
      [counted('customer', 40_102, 312), counted('account', 9, 1)],
      '312 customers and 1 account are known to several systems',
    ],
    [[counted('customer', 5, 1), counted('lead', 8, 4)], '1 customer is known to several systems'],
    // Files alone: nobody is known to a second system, and that is the answer.
    [
      [counted('customer', 4339, 0), counted('account', 0, 0)],
      '4,339 customers, none known to a second system',
    ],
    [[counted('customer', 0, 0), counted('lead', 3, 0)], 'No customer is known to any system yet'],
  ])('tells %j', (counts, words) => expect(linkedWords(counts)).toBe(words))
})
