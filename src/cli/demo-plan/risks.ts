import type { z } from 'zod'
import type { RiskShape } from '#features/plan/model.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { type Desk, figuresOf, type Period, type Planner, people, roundly } from './desk.ts'

type Risk = z.input<typeof RiskShape> & { id: string }

/** What may yet come of the open months, each a share of their result; only what was known on the day. */
export async function risksOf(
  desk: Desk,
  version: string,
  open: readonly Period[],
  day: Day,
): Promise<(Risk & { who: Planner })[]> {
  const { ebitda = {} } = await figuresOf(desk.as('trading'), version, ['ebitda'])
  const { facts } = desk
  const peak = open.filter(one => /-1[12]$/.test(one.key))
  const near = open.slice(0, 3)
  const those: (Pick<Risk, 'kind' | 'title' | 'probability' | 'treatment' | 'what'> & {
    name: string
    who: Planner
    share: number
    months: readonly Period[]
  })[] = [
    {
      ...{ name: 'supplier', kind: 'risk', who: 'trading', share: 0.05, months: near, probability: '0.4' },
      ...{ title: `${facts.lateSupplier.name} delivers late again`, treatment: 'reduce' },
      what: 'Orders placed two weeks earlier; a second source is being sampled.',
    },
    {
      ...{ name: 'dollar', kind: 'risk', who: 'director', share: 0.03, months: open, probability: '0.25' },
      ...{ title: 'The dollar falls against the pound', treatment: 'accept' },
      what: 'The US shop earns in dollars; we plan at the budget rate and look again each quarter.',
    },
    {
      ...{ name: 'carrier', kind: 'risk', who: 'service', share: 0.06, months: peak, probability: '0.2' },
      ...{ title: 'Carriers cap parcels before Christmas', treatment: 'transfer' },
      what: 'Caps are in the contract; a second carrier takes what is above.',
    },
    {
      ...{
        name: 'accounts',
        kind: 'opportunity',
        who: 'accounts',
        share: 0.04,
        months: near,
        probability: '0.5',
      },
      ...{ title: 'Sleeping trade accounts order again', treatment: 'pursue' },
      what: 'Each gets a call and last year’s basket as a quote.',
    },
    ...(addDays(facts.initiativeWorked.day, 28) <= day
      ? [
          {
            ...{
              name: 'delivery',
              kind: 'opportunity' as const,
              who: 'site' as const,
              share: 0.03,
              months: open,
            },
            ...{ title: 'Delivery date in the US and German shops', probability: '0.6' },
            ...{ treatment: 'pursue' as const, what: 'Built already; waits for the business case.' },
          },
        ]
      : []),
  ]
  return those.flatMap(({ name, who, share, months, ...risk }) => {
    const impact = Object.fromEntries(
      months.flatMap(({ key }) => {
        const amount = roundly(Math.max(0, (ebitda[key] ?? 0) * share))
        return amount > 0 ? [[key, String(Math.round(amount))]] : []
      }),
    )
    const id = `demo-${version}-${name}`.toLowerCase()
    return Object.keys(impact).length === 0
      ? []
      : [{ ...risk, id, version, line: 'ebitda', impact, owner: people[who].name, who }]
  })
}
