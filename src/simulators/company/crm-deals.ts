import type { Variant } from './catalogue.ts'
import type { CrmChange, CrmObject } from './crm.ts'
import { linesOf, orderLinesOf } from './crm-lines.ts'
import { ownerId } from './crm-owners.ts'
import { draw } from './draw.ts'

const dayMs = 86_400_000
const second = (at: number): number => Math.floor(at / 1000) * 1000
const iso = (at: number): string => new Date(at).toISOString()

export interface CrmStage {
  id: string
  label: string
  probability: string
  state: 'open' | 'won' | 'lost'
}

/** Both ways deals go, with the stages in their order. */
export const pipelines: readonly { id: string; label: string; stages: readonly CrmStage[] }[] = [
  {
    id: 'default',
    label: 'New trade business',
    stages: [
      { id: 'appointmentscheduled', label: 'Appointment scheduled', probability: '0.2', state: 'open' },
      { id: 'qualifiedtobuy', label: 'Qualified to buy', probability: '0.4', state: 'open' },
      { id: 'presentationscheduled', label: 'Samples sent', probability: '0.6', state: 'open' },
      { id: 'contractsent', label: 'Quote sent', probability: '0.9', state: 'open' },
      { id: 'closedwon', label: 'Closed won', probability: '1.0', state: 'won' },
      { id: 'closedlost', label: 'Closed lost', probability: '0.0', state: 'lost' },
    ],
  },
  {
    id: 'growth',
    label: 'Account growth',
    stages: [
      { id: '7001', label: 'Proposal', probability: '0.5', state: 'open' },
      { id: '7002', label: 'Negotiation', probability: '0.75', state: 'open' },
      { id: '7003', label: 'Agreed', probability: '1.0', state: 'won' },
      { id: '7004', label: 'Declined', probability: '0.0', state: 'lost' },
    ],
  },
]

export const stageOf = (pipeline: string, stage: string): CrmStage | undefined =>
  pipelines.find(one => one.id === pipeline)?.stages.find(one => one.id === stage)

export interface DealPlan {
  id: number
  name: string
  pipeline: 'default' | 'growth'
  at: number
  currency: 'GBP' | 'EUR'
  /** Typical amount in the smallest coin. */
  size: number
  owner: string
  company: number
  contact: number
  keys: readonly number[]
  /** What may be sold. */
  goods: readonly Variant[]
}

/** What an amount in another currency is worth in the account's: one rate for all, as the CRM keeps it. */
const homeRate = { GBP: 1, EUR: 0.85 } as const
const text = (coins: number): string => (coins / 100).toFixed(2)

/** A deal's whole life, with the order and its lines where it became one. */
export function dealsOf(plan: DealPlan): { objects: CrmObject[]; wonAt: number | null } {
  const chance = draw(...plan.keys)
  const stages = pipelines.find(one => one.id === plan.pipeline)?.stages ?? []
  const open = stages.filter(one => one.state === 'open')
  const idOf = (state: CrmStage['state']) => stages.find(one => one.state === state)?.id ?? ''
  const coins = Math.max(10_000, Math.round(plan.size * chance.between(0.3, 1.8)))
  const changes: CrmChange[] = []
  const money = (amount: number) => ({
    amount: text(amount),
    amount_in_home_currency: text(Math.round(amount * homeRate[plan.currency])),
  })
  let at = plan.at
  const enter = (stage: string, more: Record<string, string> = {}) =>
    changes.push({ at, set: { dealstage: stage, ...more } })
  const wait = (low: number, high: number) => {
    at = second(at + chance.between(low, high) * dayMs)
  }
  enter(open[0]?.id ?? '', {
    dealname: plan.name,
    pipeline: plan.pipeline,
    deal_currency_code: plan.currency,
    hubspot_owner_id: String(ownerId(plan.owner)),
    closedate: iso(plan.at + 45 * dayMs),
    // Nobody knows yet what some will be worth.
    ...(chance.chance(0.4) ? {} : money(coins)),
  })
  let state: CrmStage['state'] = 'open'
  let sized: number | null = null
  for (const stage of open.slice(1)) {
    wait(2, 16)
    if (chance.chance(0.14)) {
      state = 'lost'
      break
    }
    enter(stage.id, stage === open[1] ? money(coins) : {})
    sized ??= at
  }
  if (state === 'open') {
    wait(2, 20)
    // Some are never finished: they stay where they are.
    const end = chance.unit()
    state = end < 0.62 ? 'won' : end < 0.9 ? 'lost' : 'open'
  }
  const final = Math.round(coins * chance.pick([1, 1, 1, 0.95, 0.9, 1.1]))
  const close = (how: 'won' | 'lost') => enter(idOf(how), { ...money(final), closedate: iso(at) })
  if (state !== 'open') close(state)
  if (state === 'lost' && chance.chance(0.08)) {
    // Taken up again after some weeks: out of lost, and won at last.
    wait(20, 60)
    enter(open.at(-1)?.id ?? '')
    wait(3, 15)
    state = 'won'
    close('won')
  }
  const closed = state === 'open' ? null : at
  const wonAt = state === 'won' ? closed : null
  if (closed !== null && chance.chance(0.06)) {
    // Put right later: it was settled some days before it was typed in.
    at = closed
    const settled = iso(closed - (1 + chance.below(6)) * dayMs)
    wait(1, 25)
    changes.push({ at, set: { closedate: settled } })
  }
  const archivedAt = chance.chance(0.025) ? second(at + chance.between(10, 120) * dayMs) : null
  const ordered = wonAt !== null && chance.chance(0.6)
  const orderId = 10_000_000 + plan.id
  const orderAt = second((wonAt ?? 0) + chance.between(0.05, 0.8) * dayMs)
  const lines = ordered ? 1 + chance.below(3) : 0
  const inOrder = orderLinesOf({ id: orderId, deal: plan.id, goods: plan.goods }, lines, orderAt, final)
  // What some deals are about stands in their order alone.
  const about =
    sized === null || (ordered && plan.id % 3 === 0)
      ? []
      : linesOf(plan, plan.goods, sized, closed === null ? null : { at: closed, share: final / coins })
  // A line struck out touches its deal.
  for (const { archivedAt: struck } of about)
    if (struck !== null) changes.push({ at: struck, set: { hs_num_of_associated_line_items: '1' } })
  const links: CrmObject['links'][number][] = [
    { to: 'companies', id: plan.company, at: plan.at },
    { to: 'contacts', id: plan.contact, at: plan.at },
    ...(ordered ? [{ to: 'orders' as const, id: orderId, at: orderAt }] : []),
    ...about.map(one => ({ to: 'line_items' as const, id: one.id, at: sized ?? plan.at })),
  ]
  // Linking an order touches the deal.
  if (ordered) changes.push({ at: orderAt, set: { hs_num_associated_orders: '1' } })
  changes.sort((a, b) => a.at - b.at)
  const still = { erasedAt: null, merged: null }
  const objects: CrmObject[] = [
    { type: 'deals', id: plan.id, changes, archivedAt, ...still, links },
    ...(ordered
      ? [
          {
            type: 'orders' as const,
            id: orderId,
            changes: [
              {
                at: orderAt,
                set: {
                  hs_order_name: plan.name,
                  hs_external_order_id: orderNumber(plan.id),
                  hs_total_price: text(final),
                  hs_currency_code: plan.currency,
                },
              },
              // A line that changes touches its order, not the deal.
              ...inOrder.flatMap(one =>
                one.changes
                  .slice(1)
                  .map(({ at: time }) => ({ at: time, set: { hs_num_of_line_items: '1' } })),
              ),
            ].sort((a, b) => a.at - b.at),
            archivedAt: null,
            ...still,
            links: [
              { to: 'deals' as const, id: plan.id, at: orderAt },
              ...inOrder.map(one => ({ to: 'line_items' as const, id: one.id, at: orderAt })),
            ],
          },
        ]
      : []),
    ...inOrder,
  ]
  return { objects: [...objects, ...about], wonAt }
}

/** The order's number in the shop. */
export const orderNumber = (deal: number): string => `D${String(deal).padStart(9, '0')}`
