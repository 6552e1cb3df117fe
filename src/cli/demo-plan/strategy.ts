import { addDays } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import type { Desk } from './desk.ts'
import { people, roundly } from './desk.ts'

/** How far a measure is to come from where it stands: times, or by as much. */
type Aim = { times: number } | { by: number }
type Measured = (metric: string, aim: Aim, day: string) => { metric: string; target: string; by: string }[]

export const initiatives = {
  reorder: 'One-click reorder for trade accounts',
  delivery: 'Delivery date on the product page',
  instalments: 'Payment by instalments',
} as const

/** Writes the strategy once, and changes it once it is known what became of the film on the home page. */
export async function writeStrategy(desk: Desk): Promise<void> {
  const { as, year, facts, last } = desk
  const measured = await measures(desk)
  const { revision } = await as('director').plan.strategy({})
  if (revision === 0)
    await as('director', `${year}-01-08`).plan.saveStrategy({
      content: content(Number(year), measured, { film: true, everywhere: false }),
      revision,
      why: `Agreed at the January offsite, for ${year} and after`,
    })
  const seen = addDays(facts.initiativeFailed.day, 35)
  if (revision > 1 || seen > last || facts.initiativeFailed.day.slice(0, 4) !== year) return
  await as('director', seen).plan.saveStrategy({
    content: content(Number(year), measured, { film: false, everywhere: true }),
    revision: 1,
    why: 'The film moved nothing in five weeks; the delivery date did. We roll that out instead',
  })
}

/** Targets from where the company stands over the last year; what is not known has none. */
async function measures({ as }: Desk): Promise<Measured> {
  const metrics = [
    ...['net_sales', 'returning_order_share', 'active_account_rate', 'orders_per_session'],
    ...['return_rate', 'on_time_rate'],
  ]
  const { totals } = await as('director').performance.query({
    metrics,
    window: 'last_365_days',
  })
  return (metric, aim, by) => {
    const now = totals[metric]
    if (typeof now !== 'string' || !(Number(now) > 0)) return []
    const target = 'times' in aim ? Number(now) * aim.times : Number(now) + aim.by
    const ratio = Number(now) < 1
    const written = ratio ? Math.min(0.98, target).toFixed(3) : roundly(target)
    return [{ metric, target: exact(String(written)).toString(), by }]
  }
}

const owner = (who: keyof typeof people) => people[who].name

function content(
  year: number,
  measured: Measured,
  { film, everywhere }: { film: boolean; everywhere: boolean },
) {
  const [soon, end] = [`${year}-12-31`, `${year + 2}-12-31`]
  return {
    ambition: `The easiest place to furnish a home or restock a shop: half as large again by ${year + 2}, at today’s margin`,
    owner: owner('director'),
    horizon: `${year} to ${year + 2}`,
    measures: measured('net_sales', { times: 1.5 }, end),
    pillars: [
      {
        name: 'Customers who come back',
        why: 'A second order costs us a letter, a first one a click',
        owner: owner('marketing'),
        objectives: [
          {
            name: 'More orders from people who know us',
            owner: owner('marketing'),
            horizon: `end of ${year}`,
            measures: measured('returning_order_share', { by: 0.03 }, soon),
            initiatives: [
              { name: 'Loyalty letter', owner: owner('marketing'), horizon: 'Q2' },
              { name: initiatives.instalments, owner: owner('site'), horizon: 'Q4' },
            ],
          },
        ],
      },
      {
        name: 'Trade buys online',
        why: 'The trade arm grows fastest, and every order typed in by us is slower',
        owner: owner('accounts'),
        objectives: [
          {
            name: 'More accounts order every month',
            owner: owner('accounts'),
            horizon: `end of ${year}`,
            measures: measured('active_account_rate', { times: 1.1 }, soon),
            initiatives: [
              { name: initiatives.reorder, owner: owner('accounts'), horizon: 'Q2 to Q3' },
              { name: 'Quotes answered within a day', owner: owner('service'), horizon: 'Q3' },
            ],
          },
        ],
      },
      {
        name: 'A shop without friction',
        why: 'We pay for every session: more of them should end in an order we keep',
        owner: owner('site'),
        objectives: [
          {
            name: 'More sessions become orders',
            owner: owner('site'),
            horizon: `end of ${year}`,
            measures: measured('orders_per_session', { times: 1.06 }, soon),
            initiatives: [
              {
                name: initiatives.delivery,
                owner: owner('site'),
                horizon: everywhere ? 'UK live; US and Germany next' : 'UK first',
              },
              { name: 'Shorter checkout', owner: owner('site'), horizon: 'Q4' },
              ...(film
                ? [{ name: 'Film on the home page', owner: owner('trading'), horizon: 'US, Q3' }]
                : []),
            ],
          },
          {
            name: 'Fewer parcels come back',
            owner: owner('service'),
            horizon: `end of ${year + 1}`,
            measures: measured('return_rate', { times: 0.9 }, `${year + 1}-12-31`),
            initiatives: [{ name: 'Size guide', owner: owner('site'), horizon: 'Q1' }],
          },
        ],
      },
      {
        name: 'There when it is wanted',
        why: 'What is out of stock or late is lost twice: the order and the customer',
        owner: owner('trading'),
        objectives: [
          {
            name: 'Suppliers deliver on the day',
            owner: owner('trading'),
            horizon: `end of ${year}`,
            measures: measured('on_time_rate', { by: 0.03 }, soon),
            initiatives: [
              { name: 'Second source for Corrie Mills', owner: owner('trading'), horizon: 'Q3' },
              { name: 'Peak staffing', owner: owner('service'), horizon: 'Q4' },
            ],
          },
        ],
      },
    ],
  }
}
