import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Places } from './places.ts'

const types = ['gid://shopify/Order/', 'gid://shopify/SalesAgreement/', '']
const ids = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map(String),
  fc.integer({ min: 1, max: 3000 }).map(n => String(4_300_000_000_000 + n * 8192)),
  fc.maxSafeInteger().map(String),
  fc.constantFrom('0', '-1', '007', '1e3', 'a', '', '9007199254740993', '12?shop=1'),
)

it('gives for each id the part it was given last, whatever the ids', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...types), ids, fc.nat(511)), { maxLength: 3000, size: 'max' }),
      given => {
        const places = new Places()
        const known = new Map<string, number>()
        for (const [type, own, part] of given) {
          expect(places.get(type + own)).toBe(known.get(type + own))
          places.set(type + own, part)
          known.set(type + own, part)
        }
        for (const [id, part] of known) expect(places.get(id)).toBe(part)
      },
    ),
    { numRuns: 40 },
  )
})
