import { isFinal } from '#kernel/work-stage.ts'
import type { Checked, Connector, Stream } from '../connector.ts'
import { act } from './act.ts'
import { changedCards, everyCard } from './cards.ts'
import { hooks } from './hooks.ts'
import { moves } from './moves.ts'
import { boardsOf, get, listsOf, openTrello, type Session } from './session.ts'

const whoAmI = (session: Session) =>
  get<{ id: string; fullName?: string; username?: string }>(session, '/members/me', {
    fields: 'fullName,username',
  })

async function check(session: Session): Promise<Checked> {
  const { fullName, username } = await whoAmI(session)
  const boards = await boardsOf(session)
  const limits: string[] = []
  if (boards.length === 0) limits.push('The token’s owner sees no board: no cards will be read.')
  for (const { id, name, closed } of boards) {
    if (closed) continue
    const lists = await listsOf(session, id)
    if (lists.length > 0 && !lists.some(one => isFinal(one.name)))
      limits.push(
        `The board ${name} has no list called Done: its cards are done only when they are ticked off.`,
      )
  }
  return { account: fullName || username || 'Trello', shops: [], limits, facts: {} }
}

/** Trello: boards and their cards, both ways. */
export const trello: Connector<Session> = {
  vendor: 'trello',
  name: 'Trello',
  about:
    'Cards of boards with their lists, members, labels, due days and custom fields; new ones are made from here.',
  fields: [
    { name: 'key', label: 'API key', about: 'trello.com/power-ups/admin → your Power-Up → API key.' },
    {
      name: 'token',
      label: 'Token',
      about: 'The link “Token” beside the key; made with scope read,write and without an end.',
      secret: true,
    },
    {
      name: 'secret',
      label: 'Secret',
      about:
        'Beside the key; proves that what we are told at once comes from Trello. Without it changes are read every quarter of an hour.',
      secret: true,
      optional: true,
    },
  ],
  guide: [
    'Open trello.com/power-ups/admin, make a Power-Up called Quarterdeck and copy its API key and secret.',
    'Follow the link Token beside the key, as somebody who is a member of the boards meant, and copy what it gives.',
    'Give the three here. It reads all that person sees; it writes only what is asked for here.',
  ],
  open: openTrello,
  quotas: session => session.quotas(),
  async clock(session) {
    await whoAmI(session)
    return session.http.clock()
  },
  check,
  streams: [everyCard, changedCards, moves] as readonly Stream<Session, unknown>[],
  hooks,
  act,
}
