import { expect, test } from 'vitest'
import { hasher, scrubbed } from './place.ts'

const hash = hasher('salt')

test('an address is one however it is written, and another with a plus sign in it', () => {
  const ann = hash('ann@example.com')
  for (const same of ['Ann@Example.COM', ' ann@example.com ', 'ANN@EXAMPLE.COM']) expect(hash(same)).toBe(ann)
  // Whoever signs up under a tag of their own is told apart, as the shops do.
  expect(hash('ann+shop@example.com')).not.toBe(ann)
  expect(hash('Ann+Shop@example.com')).toBe(hash('ann+shop@example.com'))
  expect([hash(''), hash('  '), hash(null), hash(undefined)]).toEqual(['', '', '', ''])
  expect(hasher('other')('ann@example.com')).not.toBe(ann)
})

test('one that was hashed before it was kept is not hashed twice', () => {
  const kept = scrubbed(
    { email: 'Ann+Shop@example.com', name: 'Ann', deep: [{ email: '' }] },
    ['email', 'name'],
    hash,
  )
  expect(kept).toEqual({
    email: expect.stringMatching(/^hash:[0-9a-f]{32}$/),
    name: '',
    deep: [{ email: '' }],
  })
  expect(hash((kept as { email: string }).email)).toBe(hash('ann+shop@example.com'))
})
