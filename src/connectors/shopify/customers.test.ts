import { expect, it } from 'vitest'
import type { Place } from '../connector.ts'
import { customerStream } from './customers.ts'

const home = { store: 'uk', currency: 'GBP', timezone: 'Europe/London', hosts: [] }
const place: Place = {
  home,
  storeOf: () => home,
  privacy: false,
  hash: email => `#${email ?? ''}`,
  facts: {},
}
const customer = {
  id: 'gid://shopify/Customer/7',
  firstName: 'Ada',
  lastName: 'Marlow',
  createdAt: '2026-03-01T10:00:00Z',
  tags: ['knows the owner'],
  defaultEmailAddress: { emailAddress: 'ada@marlow.example', marketingState: 'SUBSCRIBED' },
  defaultAddress: { city: 'Leeds', countryCodeV2: 'GB' },
} as Parameters<typeof customerStream.map>[0]

it('of a customer nothing is known in privacy mode but the hash of the address, the country and the day', () => {
  const row = (privacy: boolean) => customerStream.map(customer, { ...place, privacy }).rows.customers?.[0]
  expect(row(false)).toMatchObject({ name: 'Ada Marlow', city: 'Leeds', tags: 'knows the owner' })
  expect(row(true)).toEqual({
    ...{ store: 'uk', customer_id: '7', name: '', email_hash: '#ada@marlow.example', country: 'GB' },
    ...{ city: '', tags: '', accepts_marketing: true, created_day: '2026-03-01' },
  })
  expect(customerStream.personal).toEqual(expect.arrayContaining(['city', 'tags', 'firstName', 'lastName']))
})
