import type { StoreFacts } from '../company/stores.ts'
import { type CompanyLife, customerNode } from './customer-node.ts'
import { customerId, gid, isoOf } from './ids.ts'
import type { Node } from './node.ts'
import type { Sight } from './order-node.ts'

/** A company as the vendor shows it: its main contact, and the places it agreed terms for. */
export function companyNode(sight: Sight, shop: StoreFacts, life: CompanyLife): Node {
  const { company, createdAt, contact } = life
  const id = customerId(company.founder)
  const at = isoOf(createdAt)
  const self = (): Node => companyNode(sight, shop, life)
  return {
    __typename: 'Company',
    id: gid('Company', id),
    name: company.name,
    externalId: null,
    note: null,
    createdAt: at,
    customerSince: at,
    updatedAt: at,
    lifetimeDuration: 'some time',
    hasTimelineComment: false,
    defaultCursor: String(id),
    contactsCount: { __typename: 'Count', count: contact ? 1 : 0, precision: 'EXACT' },
    locationsCount: { __typename: 'Count', count: company.places, precision: 'EXACT' },
    mainContact: contact
      ? () => ({
          __typename: 'CompanyContact',
          id: gid('CompanyContact', id),
          title: null,
          locale: 'en',
          isMainContact: true,
          createdAt: at,
          updatedAt: at,
          lifetimeDuration: 'some time',
          company: self,
          customer: () => customerNode(sight, shop, contact),
        })
      : null,
    locations: () =>
      Array.from({ length: company.places }, (_, place) => locationOf(life, shop, id * 10 + place, self)),
  }
}

function locationOf(
  { company, createdAt }: CompanyLife,
  shop: StoreFacts,
  id: number,
  self: () => Node,
): Node {
  const at = isoOf(createdAt)
  const country = shop.markets[0]?.country
  const terms = company.termsDays
  return {
    __typename: 'CompanyLocation',
    id: gid('CompanyLocation', id),
    name: `${company.name} ${(id % 10) + 1}`,
    externalId: null,
    note: null,
    phone: null,
    locale: 'en',
    currency: shop.currency,
    createdAt: at,
    updatedAt: at,
    hasTimelineComment: false,
    defaultCursor: String(id),
    company: self,
    billingAddress: null,
    shippingAddress: {
      __typename: 'CompanyAddress',
      id: gid('CompanyAddress', id),
      address1: '1 Market Street',
      companyName: company.name,
      countryCode: country,
      createdAt: at,
      updatedAt: at,
      formattedAddress: [],
    },
    buyerExperienceConfiguration: {
      __typename: 'BuyerExperienceConfiguration',
      checkoutToDraft: false,
      editableShippingAddress: true,
      paymentTermsTemplate:
        terms === null
          ? null
          : {
              __typename: 'PaymentTermsTemplate',
              id: gid('PaymentTermsTemplate', terms),
              name: `Net ${terms}`,
              translatedName: `Net ${terms}`,
              description: `Within ${terms} days`,
              dueInDays: terms,
              paymentTermsType: 'NET',
            },
    },
  }
}
