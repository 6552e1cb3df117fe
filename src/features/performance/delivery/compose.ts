import { and, eq, gte, inArray, ne, notLike } from 'drizzle-orm'
import { namedIn } from '#features/alert-names.ts'
import { closedDay, zoneOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { type StoreNames, sinceWords, titleOf } from '#kernel/alert-words.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { spanWords } from '#kernel/view.ts'
import { dayStart, wallClock } from '#kernel/zone.ts'
import { alertChannels, alerts, type Message, outbox } from '#postgres/tables/watch.ts'
import { lateStores } from '../attention/doubt.ts'
import { type Alert, lookedAt } from '../attention/evaluate.ts'
import { ranked } from '../attention/ranking.ts'
import { askAll } from '../forecasts/course.ts'
import { storeNames } from '../store-names.ts'
import { type Channel, post } from './outbox.ts'

const hourMs = 3_600_000
/** A digest held for stale data goes out after so many hours all the same, and says so. */
const patience = 4
/** Alerts whose last day is older are told by no message of their own. */
const news = 3
/** Alerts in a digest. */
const most = 10

/**
 * Writes what is to be sent: each new alert, and each that opened again, to the channels that want it, and the digests whose hour has come. What was
 * written before is not written again, so it may be called at any time, and after any crash.
 */
export async function compose(context: Context): Promise<void> {
  const { ledger, clock } = context
  const channels = (await ledger.select().from(alertChannels)).filter(one => one.active)
  if (channels.length === 0) return
  const open = ranked(await ledger.select().from(alerts).where(ne(alerts.state, 'resolved')))
  const labels = new Map((await context.metrics.definitions()).metrics.map(one => [one.name, one.label]))
  const names = { labels, stores: await storeNames(context), named: await namedIn(context, open) }
  const zone = await zoneOf(context)
  const now = clock().getTime()
  const today = wallClock(zone, now)
  for (const channel of channels) {
    const own = open.filter(one => mayTell(channel, one))
    if (channel.alerts)
      for (const one of own.filter(alert => isNews(channel, alert, today.day)))
        await post(context, {
          key: keyOf(one, channel),
          channel: channel.id,
          message: alertMessage(context, one, names),
          notBefore: new Date(afterQuiet(channel, zone, now)),
        })
    await digest(context, channel, own, names, { zone, now, ...today })
  }
}

const mayTell = ({ stores }: Channel, alert: Alert) =>
  stores === null || (alert.stores.length > 0 && alert.stores.every(store => stores.includes(store)))

/** Of an alert that a look took for over and opened again each opening is told, once. */
const keyOf = ({ id, finding: { reopened } }: Alert, channel: Channel) =>
  ['alert', id, channel.id, ...(reopened ? [reopened] : [])].join(' ')

const isNews = (channel: Channel, alert: Alert, today: Day) =>
  alert.state === 'open' &&
  (alert.finding.reopened ?? alert.firstAt) >= channel.createdAt &&
  alert.seenOn >= addDays(today, -news) &&
  (channel.leastMoney === null ||
    alert.moneyPerDay === null ||
    Math.abs(alert.moneyPerDay) >= Number(channel.leastMoney))

/** The moment itself, or the end of the quiet hours it falls into; ms UTC. */
export function afterQuiet(
  { quietFrom, quietTo }: Pick<Channel, 'quietFrom' | 'quietTo'>,
  zone: string,
  now: number,
) {
  if (quietFrom === null || quietTo === null || quietFrom === quietTo) return now
  const { day, hour } = wallClock(zone, now)
  const overnight = quietFrom > quietTo
  const quiet = overnight ? hour >= quietFrom || hour < quietTo : hour >= quietFrom && hour < quietTo
  if (!quiet) return now
  return atHour(zone, overnight && hour >= quietFrom ? addDays(day, 1) : day, quietTo)
}

/** The moment a day's hour strikes on the wall, also on days of 23 and 25 hours; ms UTC. */
function atHour(zone: string, day: Day, hour: number): number {
  const at = dayStart(zone, day) + hour * hourMs
  return at + (hour - wallClock(zone, at).hour) * hourMs
}

/** What metrics are called, stores, and what alerts are of. */
interface Names {
  labels: ReadonlyMap<string, string>
  stores: StoreNames
  named: (alert: Alert) => Alert
}

const linkOf = ({ accounts }: Context, id?: string) => `${accounts.url}/alerts${id ? `?alert=${id}` : ''}`

function itemOf(context: Context, alert: Alert, { labels, stores, named }: Names) {
  const told = named(alert)
  return {
    title: titleOf(told, labels.get(alert.metric) ?? alert.metric, stores),
    text: [sinceWords(alert), told.finding.causes[0]?.words, alert.finding.check].filter(Boolean).join(' '),
    link: linkOf(context, alert.id),
  }
}

function alertMessage(context: Context, alert: Alert, names: Names): Message {
  const item = itemOf(context, alert, names)
  const again = alert.finding.reopened !== undefined
  return {
    subject: `${again ? 'Again: ' : ''}${item.title}`,
    lead: `${again ? 'It was taken for over, and goes on. ' : ''}${item.text}`,
    items: [],
    caution: alert.doubt ?? '',
    link: item.link,
  }
}

interface Moment {
  zone: string
  now: number
  day: Day
  hour: number
}

async function digest(
  context: Context,
  channel: Channel,
  open: readonly Alert[],
  names: Names,
  { zone, day: today, hour, now }: Moment,
): Promise<void> {
  if (channel.digestAt === null) return
  // Until its hour strikes, that of the day before is still owed: one held in the evening goes out at night.
  const day = hour < channel.digestAt ? addDays(today, -1) : today
  const due = atHour(zone, day, channel.digestAt)
  if (day < today && Date.parse(channel.createdAt) > due) return
  const key = `digest ${day} ${channel.id}`
  const [written] = await context.ledger.select({ id: outbox.id }).from(outbox).where(eq(outbox.key, key))
  if (written) return
  const stale = await staleWords(context, channel)
  const held = stale !== '' && channel.stale === 'hold'
  if (held && now < due + patience * hourMs) return
  const wanting = open.filter(one => one.state === 'open' || one.state === 'acknowledged')
  const unsure = await unsureWords(context, channel, now)
  await post(context, {
    key,
    channel: channel.id,
    message: {
      subject:
        wanting.length === 0
          ? 'Nothing needs attention'
          : `${wanting.length} ${wanting.length === 1 ? 'matter needs' : 'matters need'} attention`,
      lead:
        wanting.length === 0
          ? stale === ''
            ? 'Everything that is watched is as usual.'
            : 'What could be looked at is as usual.'
          : `The most money a day first${wanting.length > most ? `; the first ${most} of ${wanting.length}` : ''}.`,
      items: wanting.slice(0, most).map(one => itemOf(context, one, names)),
      caution: [held && stale ? `Held for ${patience} hours. ${stale}` : stale, unsure]
        .filter(Boolean)
        .join(' '),
      link: linkOf(context),
    },
    notBefore: new Date(afterQuiet(channel, zone, now)),
  })
}

/** What is stale of the data a channel tells of, or was not looked at; '' where nothing is. */
export async function staleWords(context: Context, { stores }: Pick<Channel, 'stores'>): Promise<string> {
  const answer = await askAll(context, { metrics: ['net_sales'], window: 'all_time' })
  const closed = await closedDay(context)
  const { lastDay } = answer.meta
  if (lastDay === null) return 'There are no data yet.'
  if (lastDay < closed) return `The data end on ${spanWords(lastDay, lastDay)}: what came since is not in it.`
  const late = (await lateStores(context, closed)).filter(
    one => stores === null || stores.includes(one.store),
  )
  const { through, lookingTo, waiting } = await lookedAt(context)
  if (through === null) return 'Nothing was looked at yet.'
  if (lookingTo !== null)
    return `Looked at up to ${spanWords(through, through)} so far: what came since is still looked at.`
  const unseen = waiting.filter(one => stores === null || stores.includes(one.store))
  const words = [
    ...late.map(one => one.words),
    ...unseen.map(one => `Not watched yet: ${one.store}, ${one.words}.`),
  ]
  return [...new Set(words)].join(' ')
}

/** Messages of the last day that may not have arrived, and those that did not. */
async function unsureWords({ ledger }: Context, channel: Channel, now: number): Promise<string> {
  const from = new Date(now - 24 * hourMs).toISOString()
  const lost = await ledger
    .select({ message: outbox.message, state: outbox.state })
    .from(outbox)
    .where(
      and(
        eq(outbox.channel, channel.id),
        inArray(outbox.state, ['unsure', 'failed']),
        gte(outbox.at, from),
        notLike(outbox.key, 'trial %'),
      ),
    )
  const told = (state: string, words: string) => {
    const subjects = lost.filter(one => one.state === state).map(one => one.message.subject)
    return subjects.length === 0 ? [] : [`${words}: ${subjects.join('; ')}.`]
  }
  return [
    ...told('unsure', 'It is not known whether this arrived'),
    ...told('failed', 'This could not be delivered'),
  ].join(' ')
}
