import { Hono } from 'hono'
import { addDays, type Day, daysBetween } from '#kernel/day.ts'
import { decimal } from '../company/books.ts'
import { crmZone } from '../company/crm.ts'
import {
  type Counters,
  campaignsOf,
  countersOf,
  type Mailing,
  mailingsOf,
  sentOn,
} from '../company/crm-mailings.ts'
import { localDay, midnight } from '../company/stores.ts'
import type { World } from '../world.ts'
import { refuse } from './refuse.ts'

const iso = (at: number): string => new Date(at).toISOString()

/** Sums of two counts of the same kinds. */
const added = (a: Counters, b: Counters): Counters => ({
  sent: a.sent + b.sent,
  delivered: a.delivered + b.delivered,
  open: a.open + b.open,
  click: a.click + b.click,
  bounce: a.bounce + b.bounce,
  unsubscribed: a.unsubscribed + b.unsubscribed,
  spamreport: a.spamreport + b.spamreport,
})
const zero: Counters = { sent: 0, delivered: 0, open: 0, click: 0, bounce: 0, unsubscribed: 0, spamreport: 0 }

/** Messages with what came of them, and campaigns with what they cost. */
export function marketingRoutes(world: World): Hono {
  const app = new Hono()
  const { company } = world

  const statistics = (counters: Counters) => ({
    counters: {
      ...counters,
      pending: 0,
      selected: counters.sent,
      notsent: 0,
      hardbounced: counters.bounce,
      softbounced: 0,
      contactslost: counters.unsubscribed,
      dropped: 0,
      suppressed: 0,
    },
    ratios: { openratio: counters.delivered === 0 ? 0 : (100 * counters.open) / counters.delivered },
    deviceBreakdown: {},
    qualifierStats: {},
  })
  const ofDays = (mailing: Mailing, days: readonly Day[]): Counters =>
    days.map(day => countersOf(company, mailing, day, world.now())).reduce(added, zero)
  const daysOf = (mailing: Mailing, from: number, to: number): Day[] => {
    const first = localDay(crmZone, mailing.publishedAt)
    if (mailing.type === 'BATCH_EMAIL')
      return mailing.publishedAt >= from && mailing.publishedAt < to ? [first] : []
    const [a, b] = [
      localDay(crmZone, Math.max(from, mailing.publishedAt)),
      localDay(crmZone, Math.min(to, world.now())),
    ]
    return a > b
      ? []
      : daysBetween(a, b).filter(day => sentOn(mailing, day) >= from && sentOn(mailing, day) < to)
  }

  app.get('/marketing/emails/:version', context => {
    const query = context.req.query()
    const known = [
      'limit',
      'after',
      'sort',
      'includeStats',
      'updatedAfter',
      'updatedBefore',
      'archived',
      'isPublished',
    ]
    for (const name of Object.keys(query))
      if (!known.includes(name)) return refuse(context, 400, 'VALIDATION_ERROR', `Unknown parameter ${name}.`)
    const limit = Number(query.limit ?? 10)
    if (!(limit >= 1 && limit <= 300))
      return refuse(context, 400, 'VALIDATION_ERROR', 'limit must be 1 to 300.')
    const now = world.now()
    const bin = query.archived === 'true'
    const stats = query.includeStats === 'true'
    const [above, below] = [Date.parse(query.updatedAfter ?? ''), Date.parse(query.updatedBefore ?? '')]
    const all = mailingsOf(company)
      .filter(one => one.createdAt <= now && (one.archivedAt !== null && one.archivedAt <= now) === bin)
      // With statistics some are left out, and nobody knows why.
      .filter(one => !stats || one.id % 7 !== 3)
      .map(one => ({ one, updatedAt: one.publishedAt <= now ? one.publishedAt : one.createdAt }))
      .filter(({ updatedAt }) => !(updatedAt <= above) && !(updatedAt >= below))
    const start = Number(query.after ?? 0)
    const page = all.slice(start, start + limit)
    return context.json({
      total: all.length,
      results: page.map(({ one, updatedAt }) => {
        const published = one.publishedAt <= now
        return {
          id: String(one.id),
          name: one.name,
          subject: one.name,
          type: one.type,
          subcategory: one.type === 'BATCH_EMAIL' ? 'batch' : 'automated',
          state: !published ? 'DRAFT' : one.type === 'BATCH_EMAIL' ? 'PUBLISHED' : 'AUTOMATED',
          isPublished: published,
          createdAt: iso(one.createdAt),
          updatedAt: iso(updatedAt),
          ...(published && { publishedAt: iso(one.publishedAt), publishDate: iso(one.publishedAt) }),
          archived: bin,
          content: {},
          ...(stats && { stats: statistics(ofDays(one, daysOf(one, 0, now + 1))) }),
        }
      }),
      ...(start + limit < all.length && { paging: { next: { after: String(start + limit) } } }),
    })
  })

  app.get('/marketing/emails/:version/statistics/histogram', context => {
    const { interval = 'DAY', startTimestamp, endTimestamp } = context.req.query()
    const [from, to] = [Date.parse(startTimestamp ?? ''), Date.parse(endTimestamp ?? '')]
    if (Number.isNaN(from) || Number.isNaN(to) || to <= from)
      return refuse(context, 400, 'VALIDATION_ERROR', 'startTimestamp and endTimestamp are needed.')
    if (interval !== 'DAY')
      return refuse(context, 400, 'VALIDATION_ERROR', 'This interval is not played here.')
    const ids = new Set((context.req.queries('emailIds') ?? []).flatMap(text => text.split(',')))
    const mailings = mailingsOf(company).filter(one => ids.size === 0 || ids.has(String(one.id)))
    const days = new Map<Day, Counters>()
    for (const mailing of mailings)
      for (const day of daysOf(mailing, from, to))
        days.set(day, added(days.get(day) ?? zero, ofDays(mailing, [day])))
    const results = [...days]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([day, counters]) => ({
        interval: { start: iso(midnight(crmZone, day)), end: iso(midnight(crmZone, addDays(day, 1))) },
        aggregations: statistics(counters),
      }))
    return context.json({ total: results.length, results })
  })

  const campaignProperties = [
    'hs_name',
    'hs_start_date',
    'hs_end_date',
    'hs_utm',
    'hs_currency_code',
    'hs_budget_items_sum_amount',
    'hs_spend_items_sum_amount',
    'hs_campaign_status',
    'hs_owner',
  ]
  app.get('/marketing/campaigns/:version', context => {
    const query = context.req.query()
    const limit = Number(query.limit ?? 50)
    const names = query.properties ? query.properties.split(',') : []
    const unknown = names.find(name => !campaignProperties.includes(name))
    if (unknown)
      return refuse(
        context,
        400,
        'VALIDATION_ERROR',
        `Property ${unknown} does not exist or may not be read.`,
      )
    if (!(limit >= 1 && limit <= 100))
      return refuse(context, 400, 'VALIDATION_ERROR', 'limit must be 1 to 100.')
    const all = campaignsOf(company, world.now())
    const start = Number(query.after ?? 0)
    const total = (items: readonly { coins: number }[]) =>
      decimal(items.reduce((sum, one) => sum + one.coins, 0))
    return context.json({
      total: all.length,
      results: all.slice(start, start + limit).map(one => {
        const own: Record<string, string> = {
          hs_name: one.name,
          hs_start_date: one.from,
          hs_end_date: one.to,
          hs_currency_code: 'GBP',
          hs_budget_items_sum_amount: total(one.budget),
          hs_spend_items_sum_amount: total(one.spend),
        }
        return {
          id: one.id,
          properties: Object.fromEntries(names.filter(name => own[name]).map(name => [name, own[name]])),
          createdAt: iso(one.createdAt),
          updatedAt: iso(one.updatedAt),
        }
      }),
      ...(start + limit < all.length && { paging: { next: { after: String(start + limit) } } }),
    })
  })

  app.get('/marketing/campaigns/:version/:id/budget/totals', context => {
    const found = campaignsOf(company, world.now()).find(one => one.id === context.req.param('id'))
    if (!found) return refuse(context, 404, 'OBJECT_NOT_FOUND', 'There is no such campaign.')
    const item = (one: (typeof found.spend)[number], order: number) => ({
      id: String(one.id),
      name: one.name,
      amount: one.coins / 100,
      order,
      createdAt: one.at,
      updatedAt: one.updatedAt,
    })
    const total = (items: readonly { coins: number }[]) =>
      items.reduce((sum, one) => sum + one.coins, 0) / 100
    return context.json({
      budgetItems: found.budget.map(item),
      spendItems: found.spend.map(item),
      budgetTotal: total(found.budget),
      spendTotal: total(found.spend),
      remainingBudget: total(found.budget) - total(found.spend),
      currencyCode: 'GBP',
    })
  })
  return app
}
