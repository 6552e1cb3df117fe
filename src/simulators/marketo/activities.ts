import { addDays, type Day } from '#kernel/day.ts'
import type { Company } from '../company/company.ts'
import { type Happening, happenings, isFound, type LetterEvent } from '../company/mailing-events.ts'
import type { World } from '../world.ts'

/** Numbers of kinds of activities in this account, with their names. */
export const types: readonly { id: number; name: string }[] = [
  { id: 1, name: 'Visit Webpage' },
  { id: 6, name: 'Send Email' },
  { id: 7, name: 'Email Delivered' },
  { id: 8, name: 'Email Bounced' },
  { id: 9, name: 'Unsubscribe Email' },
  { id: 10, name: 'Open Email' },
  { id: 11, name: 'Click Email' },
  { id: 12, name: 'New Lead' },
  { id: 13, name: 'Change Data Value' },
  { id: 27, name: 'Email Bounced Soft' },
  { id: 32, name: 'Merge Leads' },
  { id: 37, name: 'Delete Lead' },
]

const typeOfEvent: Record<LetterEvent, number> = {
  sent: 6,
  delivered: 7,
  bounced: 8,
  unsubscribed: 9,
  opened: 10,
  clicked: 11,
  soft: 27,
}

export const typeOf = ({ what }: Happening): number =>
  what.is === 'letter' ? typeOfEvent[what.event] : { came: 12, moved: 13, renamed: 13, deleted: 37 }[what.is]

/** Whole seconds, without a fraction. */
export const when = (at: number): string => new Date(at).toISOString().replace('.000', '')

/** A place in the stream of what happened: everything up to it was given. */
export interface Position {
  at: number
  guid: string
}

/** Paging tokens look like this at the vendor. */
export const tokenOf = ({ at, guid }: Position): string =>
  `${Buffer.from(`${at} ${guid}`).toString('hex').toUpperCase()}====`

export function positionOf(token: string): Position | null {
  const text = Buffer.from(token.replace(/=+$/, ''), 'hex').toString()
  const [, at, guid] = /^(\d+) (.*)$/.exec(text) ?? []
  return at === undefined ? null : { at: Number(at), guid: guid ?? '' }
}

const after = (one: Happening, from: Position): boolean =>
  one.at > from.at || (one.at === from.at && one.guid > from.guid)

/** Days one page may look through: a page may so be short, or empty, though more is to come. */
const reach = 60

/** What happened after a place, as far as it is wanted and can be found now; `on` gives what is looked through by day. */
export function page(
  world: World,
  from: Position,
  wanted: (one: Happening) => boolean,
  most: number,
  on: (company: Company, day: Day) => readonly Happening[] = happenings,
): { rows: Happening[]; next: Position; more: boolean } {
  const now = world.now()
  const rows: Happening[] = []
  const first = new Date(Math.max(from.at, Date.parse(`${world.company.start}T00:00:00Z`) - 86_400_000))
  let day = first.toISOString().slice(0, 10)
  const today = new Date(now).toISOString().slice(0, 10)
  for (let looked = 0; day <= today; looked++, day = addDays(day, 1)) {
    if (looked === reach)
      return { rows, next: { at: Date.parse(`${day}T00:00:00Z`) - 1, guid: '~' }, more: true }
    for (const one of on(world.company, day)) {
      if (!after(one, from) || !isFound(one, now) || !wanted(one)) continue
      rows.push(one)
      if (rows.length === most) return { rows, next: one, more: true }
    }
  }
  return { rows, next: { at: Math.max(now, from.at), guid: '~' }, more: false }
}

/** What the vendor notes beside an activity. */
export function attributesOf(one: Happening): Record<string, string | number | boolean> {
  const { what } = one
  if (what.is !== 'letter') return {}
  if (what.event === 'opened' || what.event === 'clicked')
    return {
      'Is Bot Activity': what.bot,
      'Bot Activity Pattern': what.bot ? 'Link scanner' : 'N/A',
      'Is Mobile Device': !what.bot && one.at % 2 === 0,
      'User Agent': what.bot ? 'Scanner' : 'Mail, "the" one',
      ...(what.event === 'clicked' && { Link: `https://${what.letter.shop.host}/` }),
    }
  if (what.event === 'bounced' || what.event === 'soft')
    return { Category: what.event === 'soft' ? 3 : 2, Details: 'mailbox, full' }
  return { 'Campaign Run ID': what.letter.id, 'Step ID': 2, 'Choice Number': 0 }
}

/** An activity as the REST API tells it. */
export function activity(one: Happening): Record<string, unknown> {
  const { what, lead } = one
  const common = {
    marketoGUID: one.guid,
    leadId: lead.id,
    activityDate: when(one.at),
    activityTypeId: typeOf(one),
  }
  if (what.is === 'moved' || what.is === 'renamed')
    return {
      ...common,
      fields: [
        {
          ...(what.is === 'moved' ? { id: 61, name: 'leadStatus' } : { id: 6, name: 'email' }),
          newValue: what.to,
          oldValue: what.from,
        },
      ],
      attributes: [{ name: 'Source', value: 'Web service API' }],
    }
  if (what.is === 'came')
    return { ...common, fields: [], attributes: [{ name: 'Source Type', value: 'Web form' }] }
  if (what.is === 'deleted')
    return {
      ...common,
      primaryAttributeValueId: lead.id,
      primaryAttributeValue: `${lead.first} ${lead.last}`,
      attributes: [],
    }
  return {
    ...common,
    primaryAttributeValueId: what.letter.id,
    primaryAttributeValue: what.letter.name,
    campaignId: what.letter.program,
    attributes: Object.entries(attributesOf(one)).map(([name, value]) => ({ name, value })),
  }
}
