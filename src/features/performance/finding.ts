import type { Finder } from '#features/finder.ts'
import { writeCell, writeFilters } from '#kernel/address.ts'
import { showDay } from '#kernel/format.ts'
import { customersBeginning, ordersBeginning } from '#metrics/begins.ts'
import { type Listed, listed } from '#metrics/listed.ts'
import { alertStates } from './attention/model.ts'
import { latestAlerts } from './attention/operations.ts'
import { storeNames } from './store-names.ts'

/** Alerts that are looked through: those of many weeks. */
const latest = 200

/** A list of the granary as a kind of thing, each led to its own place. */
const finder = (
  kind: string,
  list: Listed,
  place: (row: { id: string; note: string; day: string }) => {
    about?: string
    path: string
    search: Record<string, string>
  },
): Finder => ({
  kind,
  find: async ({ granary, actor }, words) =>
    (await listed(granary, list, words, { stores: actor.stores })).map(row => ({
      id: row.id,
      label: row.label,
      about: row.note,
      also: row.also,
      ...place(row),
    })),
})

const where = (dimension: string, value: string): string => writeFilters([{ dimension, is: [value] }]) ?? ''

/** What the performance room finds in what the systems brought: products, vendors, accounts, customers, orders, deals, alerts. */
export const performanceFinders: readonly Finder[] = [
  {
    kind: 'Products',
    async find({ granary, metrics, actor, clock }, words) {
      const scope = { stores: actor.stores, now: clock() }
      const known = await listed(granary, 'products', words, scope)
      if (known.length > 0 || (await listed(granary, 'products', [], scope)).length > 0)
        return known.map(({ id, label, note, also }) => ({
          id,
          label,
          about: [id, note].filter(Boolean).join(' · '),
          also,
          path: '/products',
          search: { find: id },
        }))
      // A shop that brought no list of its products: by their titles as they were sold.
      const longest = words.toSorted((a, b) => b.length - a.length)[0] ?? ''
      return (await metrics.values('title', longest, scope)).filter(Boolean).map(title => ({
        id: title,
        label: title,
        about: 'As it was sold',
        path: '/products',
        search: { find: title },
      }))
    },
  },
  finder('Vendors', 'vendors', ({ id }) => ({
    about: 'What they supply, and how it sells',
    path: '/products',
    search: { where: where('vendor', id) },
  })),
  finder('Suppliers', 'suppliers', ({ id }) => ({
    about: 'What was ordered of them, and how it came',
    path: '/explore',
    search: { metrics: 'otif,lead_time', where: where('vendor', id) },
  })),
  {
    kind: 'Accounts',
    async find({ granary, actor }, words) {
      const all = await listed(granary, 'accounts', words, { stores: actor.stores })
      const buying = new Set(all.filter(one => one.bought).map(one => one.label))
      return (
        all
          // The same company as another system knows it, where nothing is sold.
          .filter(one => one.bought || !buying.has(one.label))
          .map(({ id, label, note, bought }) => ({
            id,
            label,
            about: [note.toLowerCase(), bought ? id : 'no order yet'].filter(Boolean).join(' · '),
            path: '/explore',
            search: {
              metrics: bought ? 'net_sales,orders,aov' : 'deals_created,open_pipeline',
              period: 'last_365_days',
              where: where('account', id),
            },
          }))
      )
    },
  },
  // A deal has no screen of its own: the rows of the day it was made, of who looks after it.
  ...(['deals', 'quotes'] as const).map(list =>
    finder(list === 'deals' ? 'Deals' : 'Quotes', list, ({ day, note }) => {
      const metric = list === 'deals' ? 'deals_created' : 'quotes_issued'
      return {
        about: `${note}, of ${showDay(day)}`,
        path: '/explore',
        search: { metrics: metric, period: `${day}..${day}`, grain: 'none', rows: writeCell({ metric }) },
      }
    }),
  ),
  {
    kind: 'Alerts',
    find: async context =>
      (await latestAlerts(context, latest)).map(one => ({
        id: one.id,
        label: one.title,
        about: [one.when.replace(/\.$/, ''), alertStates[one.state]].join(' · '),
        also: `${one.where} ${one.cause ?? ''}`,
        path: '/alerts',
        search: { alert: one.id },
      })),
  },
  {
    kind: 'Customers',
    find: async ({ granary, actor, ledger }, words) => {
      // As the screens do: names of people are for people.
      if (actor.kind === 'key') return []
      const names = await storeNames({ ledger })
      return (await customersBeginning(granary, words.join(' '), { stores: actor.stores })).map(one => ({
        id: one.id,
        label: one.name,
        about: [one.place, names[one.store] ?? one.store, one.id].filter(Boolean).join(' · '),
        path: '/explore',
        search: {
          metrics: 'net_sales,orders,aov',
          period: 'last_365_days',
          store: one.store,
          where: where('customer', one.id),
        },
      }))
    },
  },
  {
    kind: 'Orders',
    find: async ({ granary, actor, ledger }, words) => {
      const names = await storeNames({ ledger })
      return (await ordersBeginning(granary, words.join(' '), { stores: actor.stores })).map(one => ({
        id: one.id,
        label: one.id,
        about: [names[one.store] ?? one.store, showDay(one.from)].join(' · '),
        path: '/explore',
        search: {
          metrics: 'net_sales,units_sold',
          by: 'product',
          grain: 'none',
          period: `${one.from}..${one.to}`,
          // The days before say nothing of an order.
          compare: 'none',
          store: one.store,
          where: where('order', one.id),
        },
      }))
    },
  },
  finder('Promotions', 'promotions', ({ id }) => ({
    path: '/explore',
    search: { metrics: 'net_sales,orders,discounts', where: where('discount_code', id) },
  })),
]
