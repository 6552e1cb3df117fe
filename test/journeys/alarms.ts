import type { AlertRow, AlertTold, RuleTold } from '../../src/features/performance/attention/shape.ts'

/** One alert of the made-up shop, its rule and a channel, as the stage tells them; what is done to them is kept. */
// biome-ignore lint/suspicious/noExplicitAny: the stage's door is made where it stands
export function alertCalls(door: any) {
  const row: AlertRow = {
    id: 'a1',
    rule: 'units',
    metric: 'units_sold',
    title: 'Units sold 96 % below usual in Mug · Kitchen',
    what: 'Units sold 96 % below usual',
    where: 'Mug · Kitchen',
    when: 'Since 1 Dec 2011, −£210 a day.',
    slice: {},
    kind: 'silence',
    direction: 'below',
    bad: true,
    since: '2011-12-01',
    until: null,
    seenOn: '2011-12-09',
    hours: null,
    score: 0.9,
    unit: 'quantity',
    expected: 15.2,
    actual: 0.7,
    moneyPerDay: -210,
    currency: 'GBP',
    cause: 'Mug was out of stock on 9 days, first on 2011-12-01.',
    doubt: null,
    state: 'open',
    reason: '',
    snoozedUntil: null,
  }
  const acts: AlertTold['acts'] = []
  const told = (): AlertTold => ({
    ...row,
    acts,
    explained: true,
    judged: null,
    task: null,
    check: 'See whether it is in stock, published and priced; then call its supplier.',
    causes: [
      {
        kind: 'stock',
        words: row.cause ?? '',
        evidence: '850 sold in the eight weeks before',
        perDay: -210,
        where: [],
      },
    ],
    similar: [],
  })
  const rule: RuleTold = {
    id: 'units',
    name: 'Units of a product',
    kind: 'change',
    metric: 'units_sold',
    by: [],
    against: '',
    about: 'business',
    direction: 'bad',
    score: 0.5,
    leastShare: 0.01,
    leastMoney: null,
    leastVolume: 1,
    persistence: 3,
    coolDown: 14,
    active: true,
    version: 1,
    own: false,
    told: 1,
    useful: 0,
    judged: 0,
  }
  const rules = [rule]
  const channels: Record<string, unknown>[] = []
  const messages: Record<string, unknown>[] = []
  return {
    alerts: door.handler(({ input }: { input?: { state?: string[] } }) => {
      const rows = (input?.state ?? ['open', 'acknowledged']).includes(row.state) ? [row] : []
      return { rows, count: rows.length, lookedAt: '2011-12-09', lookingTo: null, waiting: [] }
    }),
    alert: door.handler(told),
    actOnAlert: door.handler(({ input }: { input: { act: string; reason: string; until?: string } }) => {
      row.state = input.act === 'snooze' ? 'snoozed' : input.act === 'resolve' ? 'resolved' : 'acknowledged'
      row.reason = input.reason
      row.snoozedUntil = input.until ?? null
      acts.unshift({ act: input.act, reason: input.reason, by: 'Ada Byron', at: '2011-12-10T09:00:00Z' })
      return { state: row.state }
    }),
    alertRules: door.handler(() => rules),
    saveAlertRule: door.handler(({ input }: { input: RuleTold }) => {
      const known = rules.find(one => one.id === input.id)
      const version = (known?.version ?? 0) + 1
      if (known) Object.assign(known, input, { version })
      else rules.push({ ...input, version, own: true, told: 0, useful: 0, judged: 0 })
      return { version }
    }),
    removeAlertRule: door.handler(({ input }: { input: { id: string } }) => {
      rules.splice(
        rules.findIndex(one => one.id === input.id),
        1,
      )
      return { removed: true }
    }),
    alertChannels: door.handler(() => ({ channels, messages })),
    saveAlertChannel: door.handler(({ input }: { input: Record<string, unknown> }) => {
      channels.push({ ...input, version: 1 })
      return { version: 1, secret: null }
    }),
    tryAlertChannel: door.handler(({ input }: { input: { id: string } }) => {
      const at = '2011-12-10T09:00:00Z'
      const subject = 'A trial from Quarterdeck'
      const lost = { state: 'failed', error: 'no such address', sentAt: null }
      messages.push({ id: 'm0', channel: input.id, subject: '1 matter needs attention', at, ...lost })
      messages.push({ id: 'm1', channel: input.id, subject, state: 'sent', at, sentAt: at, error: null })
      return { queued: true }
    }),
    sendAgain: door.handler(({ input }: { input: { id: string } }) => {
      const found = messages.find(one => one.id === input.id)
      if (found) Object.assign(found, { state: 'waiting', error: null })
      return { queued: true }
    }),
  }
}
