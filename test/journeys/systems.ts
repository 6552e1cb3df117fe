import type { os } from '@orpc/server'

/** What the stage says of connected systems: a shop that differs on one day, analytics, a task system; all made up. */

const day = (n: number) => `2011-12-${String(n).padStart(2, '0')}`
const stream = (name: string, label: string, more: object = {}) => ({
  name,
  label,
  records: 1_200,
  history: 1,
  byTime: true,
  lastAt: '2011-12-09T10:00:00.000Z',
  nextAt: '2011-12-09T10:15:00.000Z',
  trouble: null,
  remarks: [],
  unmapped: 0,
  ...more,
})
const connection = (id: string, vendor: string, vendorName: string, more: object = {}) => ({
  id,
  vendor,
  vendorName,
  account: 'Gifts Ltd',
  state: 'fresh',
  says: 'Up to date.',
  stores: ['gifts'],
  privacy: false,
  given: {},
  limits: [],
  trouble: null,
  uncompared: null,
  records: 1_200,
  history: 1,
  lastAt: '2011-12-09T10:00:00.000Z',
  nextAt: '2011-12-09T10:15:00.000Z',
  running: null,
  told: null,
  streams: [stream('orders', 'Orders')],
  ...more,
})
const trouble = {
  code: 'unauthenticated',
  message: 'Google does not accept the key any more.',
  next: 'Make a new key and connect again.',
  at: '2011-12-09T09:00:00.000Z',
}
const systems = [
  connection('shopify-gifts', 'shopify', 'Shopify', {
    uncompared: {
      code: 'unavailable',
      message: 'Shopify’s reports do not answer.',
      next: 'They are asked for again by themselves; “Read now” asks at once.',
      at: '2011-12-09T09:00:00.000Z',
    },
  }),
  connection('ga4-gifts', 'ga4', 'Google Analytics 4', { state: 'trouble', says: trouble.message, trouble }),
]
const vendors = [
  {
    vendor: 'shopify',
    name: 'Shopify',
    about: 'Orders, refunds, products, stock and customers of a shop.',
    guide: ['Open the Dev Dashboard and make an app.', 'Give it the scopes below.'],
    fields: [
      {
        name: 'shop',
        label: 'Shop',
        about: 'its name before .myshopify.com',
        secret: false,
        optional: false,
      },
      { name: 'client_secret', label: 'Client secret', about: 'of the app', secret: true, optional: false },
    ],
    streams: [{ name: 'orders', label: 'Orders' }],
  },
]
const shops = [{ key: 'gifts', name: 'Gifts', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' }]
const counts = { orders: 40, seen: 28, otherDay: 2, notOnline: 4, unseen: 6, reversed: 1 }
const purchaseDay = {
  store: 'gifts',
  day: day(8),
  ...counts,
  transactions: 31,
  fromOtherDay: 1,
  notYetRead: 0,
  noOrder: 2,
  repeated: 3,
}
const task = (n: number, platform: string, state: string) => ({
  store: 'gifts',
  platform,
  task: String(n),
  project: platform === 'asana' ? 'Website' : 'Trading board',
  section: 'Doing',
  parent: '',
  title: state === 'open' ? 'Shorter checkout form' : 'Gift wrapping',
  assignee: 'Jo',
  state,
  created: day(1),
  due: day(10 + n),
  done: state === 'done' ? day(5) : null,
  labels: '',
  url: `https://tasks.example/${n}`,
})
const tasks = [task(1, 'asana', 'open'), task(2, 'trello', 'open'), task(3, 'trello', 'done')]
const place = { platform: 'asana', project: 'Website' }
const cycles = { started: 3, done: 2, timed: 2, median: 6, most: 7.4 }
const flow = {
  days: 90,
  sections: [
    { ...place, section: 'Next', stage: 'waiting', left: 2, median: 1.5, now: 0, longest: null },
    { ...place, section: 'Doing', stage: 'doing', left: 0, median: null, now: 1, longest: 4 },
  ],
  projects: [{ ...place, ...cycles }],
  all: cycles,
  week: { made: 1, moved: 1, done: 1, putOff: 1, tasks: 1 },
  moves: [
    ['section', 'Next', 'Doing'],
    ['due', day(4), day(9)],
    ['assignee', '', 'Jo'],
    ['state', 'open', 'done'],
  ].map(([kind, from, to]) => ({
    ...{ ...place, store: 'gifts', task: '1', title: 'Shorter checkout form', url: '' },
    ...{ kind, from, to, at: `${day(3)} 10:00:00` },
  })),
  any: true,
}
const member = (kind: string, store: string, id: string, name: string) => ({
  kind,
  store,
  id,
  name,
  by: kind === 'account' ? 'domain' : 'email',
  source: 'shopify-gifts',
})

export type Door = ReturnType<typeof os.use>

/** The room's operations as the stage answers them. */
export function systemCalls(door: Door) {
  let rules = ['email', 'domain']
  let apart = false
  return {
    systems: door.handler(() => systems),
    vendors: door.handler(() => vendors),
    test: door.handler(() => ({ account: 'Gifts Ltd', shops, limits: [] })),
    connect: door.handler(() => ({
      account: 'Gifts Ltd',
      shops,
      limits: [],
      connection: 'shopify-gifts',
      isNew: true,
    })),
    reread: door.handler(() => ({})),
    turns: door.handler(() => []),
    unmapped: door.handler(() => []),
    agreement: door.handler(() => [
      {
        store: 'gifts',
        source: 'Shopify',
        connection: 'shopify-gifts',
        currency: 'GBP',
        until: day(8),
        days: 1,
        difference: '12.30',
        causes: [{ cause: 'later', days: 1, difference: '12.30' }],
      },
    ]),
    reconciliation: door.handler(({ input }) =>
      (input as { connection: string }).connection === 'shopify-gifts'
        ? [
            {
              connection: 'shopify-gifts',
              store: 'gifts',
              day: day(7),
              figures: [{ metric: 'net_sales', source: '112.30', here: '100.00', difference: '-12.30' }],
              agrees: false,
              cause: 'later',
            },
          ]
        : [],
    ),
    activity: door.handler(() =>
      Array.from({ length: 30 }, (_, n) => ({
        day: n < 22 ? `2011-11-${n + 9}`.replace(/-(\d)$/, '-0$1') : day(n - 21),
        turns: 4,
        records: n * 10,
        rows: n * 7,
        errors: n === 12 ? 2 : 0,
        unmapped: 0,
      })),
    ),
    purchases: door.handler(() => ({
      days: [purchaseDay],
      totals: [
        {
          store: 'gifts',
          currency: 'GBP',
          transactions: '31',
          revenue: '900.00',
          orders: '40',
          sales: '1200.00',
        },
      ],
    })),
    work: door.handler(({ input }) => {
      const { state, search = '', asOf = '' } = input as { state?: string; search?: string; asOf?: string }
      const rows = tasks.filter(
        one => (!state || one.state === state) && one.title.toLowerCase().includes(search.toLowerCase()),
      )
      const projects = [
        { platform: 'asana', project: 'Website' },
        { platform: 'trello', project: 'Trading board' },
      ]
      const late = rows.filter(one => one.state === 'open' && one.due !== null && one.due < asOf).length
      return { rows, count: rows.length, late, projects }
    }),
    workFlow: door.handler(() => flow),
    linking: door.handler(() => ({
      rules,
      freeMail: ['gmail.com'],
      version: 1,
      counts: [
        { kind: 'customer', records: 900, linked: apart ? 0 : 2, entities: apart ? 0 : 1 },
        { kind: 'lead', records: 30, linked: 0, entities: 0 },
        { kind: 'account', records: 4, linked: 2, entities: 1 },
      ],
      byRule: [{ by: 'email', records: 2 }],
      byHand: [],
    })),
    linkExamples: door.handler(({ input }) =>
      (input as { kind: string }).kind === 'accounts'
        ? [
            {
              entity: 'account gifts 1',
              members: [
                member('account', 'gifts', '1', 'Fox Interiors'),
                member('account', 'gifts', 'fox.example', 'Fox Interiors Ltd'),
              ],
            },
          ]
        : apart
          ? []
          : [
              {
                entity: 'customer gifts 1',
                members: [
                  member('customer', 'gifts', '1', 'Ada Byron'),
                  member('customer', 'paris', '7', 'Ada Byron'),
                ],
              },
            ],
    ),
    saveLinking: door.handler(({ input }) => {
      rules = (input as { rules: string[] }).rules
      return { version: 2 }
    }),
    link: door.handler(() => {
      apart = true
      return { id: 'pair' }
    }),
    unsayLink: door.handler(() => ({})),
  }
}
