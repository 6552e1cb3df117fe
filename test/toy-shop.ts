import type { Batch, Connector, Mapped, Turn } from '#connectors/connector.ts'

/** An order of the made-up shop: changed at `at`, with lines of one pound each. */
export interface Sale {
  id: string
  at: number
  lines: number
  email?: string
  note?: string | null
  status?: string
}

export const hour = 3_600_000
export const day = 24 * hour
export const noon = Date.parse('2026-03-01T12:00:00Z')

/** A shop whose orders, stock and notes a test sets; and what it was asked. */
export const toyShop = () => {
  const state = {
    now: noon,
    sales: [] as Sale[],
    stock: [] as string[],
    notes: [] as string[],
    asked: [] as (Turn & { stream: string })[],
    fail: null as null | ((stream: string, turn: Turn, index: number) => void),
  }
  const none = {
    discounts: '0',
    reversals: '0',
    shipping: '0',
    taxes: '0',
    duties: '0',
    fees: '0',
    tips: '0',
    gift_cards: '0',
  }
  const connector: Connector<null> = {
    vendor: 'shopify',
    name: 'Toy',
    about: '',
    fields: [{ name: 'token', label: 'Token', about: 'In its settings.', secret: true }],
    guide: [],
    open: () => null,
    clock: async () => {
      if (state.fail) state.fail('clock', { from: 0, to: 0, cursor: null, history: false }, 0)
      return state.now
    },
    check: async () => ({
      account: 'toy',
      shops: [
        {
          key: 'toy',
          name: 'Toy',
          currency: 'GBP',
          timezone: 'Europe/London',
          kind: 'b2c',
          hosts: ['toy.example'],
        },
      ],
      limits: [],
      facts: {},
    }),
    streams: [
      {
        name: 'orders',
        label: 'orders',
        kind: 'window',
        tables: ['sales_lines', 'customers'],
        every: 15 * 60_000,
        overlap: 60_000,
        slice: 30 * day,
        restates: true,
        personal: ['email', 'note'],
        vocabulary: { status: ['paid'] },
        async *read(_, turn): AsyncGenerator<Batch<unknown>> {
          state.asked.push({ ...turn, stream: 'orders' })
          const found = state.sales
            .filter(one => one.at >= turn.from && one.at < turn.to)
            .sort((a, b) => a.at - b.at)
          for (const [index, sale] of found.entries()) {
            state.fail?.('orders', turn, index)
            yield { records: [sale], total: found.length }
          }
          if (found.length === 0) state.fail?.('orders', turn, 0)
        },
        map(record, place): Mapped {
          const { id, at, lines, email } = record as Sale
          if (lines < 0) throw new Error('An order cannot have fewer lines than none.')
          const on = new Date(at).toISOString()
          const { store, currency } = place.storeOf('toy')
          return {
            rows: {
              sales_lines: Array.from({ length: lines }, (_, n) => ({
                store,
                order_id: id,
                line_key: `line ${n}`,
                kind: 'sale',
                happened_at: `${on.slice(0, 10)} ${on.slice(11, 19)}`,
                day: on.slice(0, 10),
                hour: Number(on.slice(11, 13)),
                ordered_day: on.slice(0, 10),
                currency,
                quantity: '1',
                gross: '1',
                ...none,
                product_id: `p${n}`,
                customer_id: email ? place.hash(email) : '',
              })),
              ...(email && {
                customers: [
                  {
                    store,
                    customer_id: place.hash(email),
                    name: place.privacy ? '' : 'Somebody',
                    email_hash: place.hash(email),
                  },
                ],
              }),
            },
            ...(lines === 0 && { gone: { sales_lines: [{ store, order_id: id }] } }),
          }
        },
      },
      {
        name: 'stock',
        label: 'stock',
        kind: 'snapshot',
        tables: ['products'],
        every: day,
        whole: true,
        async *read(_, turn) {
          state.fail?.('stock', turn, 0)
          yield { records: state.stock }
        },
        map: (record, place) => ({
          rows: {
            products: [{ store: place.home.store, product_id: String(record), title: '', currency: 'GBP' }],
          },
        }),
      },
      {
        name: 'notes',
        label: 'notes',
        kind: 'token',
        tables: ['tasks'],
        every: hour,
        async *read(_, turn) {
          state.asked.push({ ...turn, stream: 'notes' })
          for (let n = Number(turn.cursor ?? 0); n < state.notes.length; n++) {
            state.fail?.('notes', turn, n)
            yield { records: [{ id: n, text: state.notes[n] }], cursor: String(n + 1) }
          }
        },
        map: (record, place) => {
          const { id, text } = record as { id: number; text: string }
          return {
            rows: {
              tasks: [
                { store: place.home.store, platform: 'toy', task_id: String(id), title: text, state: 'open' },
              ],
            },
          }
        },
      },
    ],
  }
  return { state, connector: connector as unknown as Connector }
}
