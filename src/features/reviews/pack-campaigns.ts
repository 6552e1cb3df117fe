import type { Context } from '#features/context.ts'
import type { Day } from '#kernel/day.ts'
import type { Answer } from '#metrics/query.ts'
import { askAs } from './decks.ts'
import type { Monday } from './pack-shape.ts'

/** Campaigns of a list: a week that sends more has them under Marketing. */
const most = 10

/** What each was sent for; what a platform does not tell is not known. */
const told = ['click_rate', 'unsubscribe_rate', 'campaign_revenue_per_recipient'] as const

/** What was sent in a week and what came of it, the largest first; automations go on week after week and are none of it. */
export async function campaignsOf(
  context: Context,
  week: { from: Day; to: Day },
): Promise<Pick<Monday, 'campaigns'> & { definitions: Answer['meta']['definitions'] }> {
  const { rows, meta } = await askAs(context, {
    ...week,
    metrics: ['messages_sent', ...told],
    by: ['message'],
    filters: [{ dimension: 'message_kind', is: ['campaign'] }],
    sort: { by: 'messages_sent', desc: true },
    limit: most,
  })
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    campaigns: rows
      .filter(row => Number(row.messages_sent ?? 0) > 0)
      .map(row => ({
        name: text(row.message) || 'Without a name',
        sent: text(row.messages_sent),
        clicks: text(row.click_rate),
        goodbyes: text(row.unsubscribe_rate),
        revenue: text(row.campaign_revenue_per_recipient),
      })),
    definitions: meta.definitions,
  }
}
