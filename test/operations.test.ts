/** Every operation that only asks, through the HTTP door, held to the document that is served of it. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operationsOf } from '#features/base.ts'
import { operations } from '#features/operations.ts'
import { addDays } from '#kernel/day.ts'
import { type Answered, type Furnished, furnish, type ServedHouse, servedHouse } from './served-house.ts'

type Input = Record<string, unknown> | FormData
type Known = Furnished & { line: string; period: string; alert: string; sheet: Blob }

const asking = operationsOf(operations).filter(one => one.effect === 'read')
const month = (today: string) => ({ from: addDays(today, -30), to: addDays(today, -1) })

/** Inputs of the operations that need one; each must be answered. */
const inputs: Record<string, (known: Known) => Input[]> = {
  'performance.alert': ({ alert }) => [{ id: alert }],
  'performance.tree': () => [{ window: 'last_28_days' }, { window: 'last_week', compare: 'previous_period' }],
  'performance.query': ({ today }) => [
    { metrics: ['net_sales', 'per_order', 'aov', 'conversion_rate'], by: ['country'], ...month(today) },
    { metrics: ['net_sales'], grain: 'day', compare: ['last_year', 'plan.Year'], window: 'last_7_days' },
    {
      metrics: ['net_sales'],
      by: ['region', 'product'],
      subtotals: true,
      limit: 3,
      sort: { by: 'net_sales' },
    },
  ],
  'performance.explain': ({ today }) => [{ metrics: ['gross_margin'], ...month(today) }],
  'performance.bridge': () => [{ window: 'last_28_days', compare: 'previous_period', currency: 'GBP' }],
  'performance.forecast': () => [{}, { metric: 'orders', store: 'shop' }],
  'performance.stability': ({ today }) => [{ metrics: ['net_sales'], grain: 'day', ...month(today) }],
  'performance.products': () => [{ window: 'last_28_days', stores: ['shop'] }],
  'performance.launches': ({ today }) => [{ to: addDays(today, -1) }],
  'performance.names': () => [{ dimension: 'product', ids: ['P1', 'nobody'] }],
  'performance.peakDay': ({ today }) => [{ day: addDays(today, -1), stores: ['shop'] }],
  'performance.rows': ({ today }) => [
    { query: { metrics: ['net_sales'], ...month(today), stores: ['shop'] }, metric: 'net_sales' },
  ],
  'performance.values': () => [{ dimension: 'country' }, { dimension: 'product', search: 'P' }],
  'performance.export': ({ today }) =>
    ['csv', 'xlsx'].map(format => ({
      format,
      query: { metrics: ['net_sales'], by: ['country'], ...month(today) },
    })),
  'reviews.differences': () => [{ deck: 'weekly', week: '2026-01-04' }],
  'reviews.document': () => ['flash', 'monday', 'review'].map(which => ({ which })),
  'reviews.thread': () => [{ subject: 'figure:net_sales' }],
  'plan.reproduce': () => [{ id: 'nothing' }],
  'plan.budgetChanges': ({ version }) => [{ version, name: 'Costs' }],
  'plan.differences': ({ version, sheet }) => {
    const form = new FormData()
    form.set('version', version)
    form.set('file', new File([sheet], 'plan.xlsx'))
    return [form]
  },
  'plan.figures': ({ version, line }) => [{ version }, { version, lines: [line] }],
  'plan.yearBefore': ({ version, line }) => [{ version, line }],
  'plan.since': ({ version }) => [{ version, seq: 0 }],
  'plan.history': ({ version, line, period }) => [{ version, line, slice: [], period }],
  'plan.attachments': ({ item }) => [{ subject: `item:${item}` }],
  'plan.attachment': ({ attachment }) => [{ id: attachment }],
  'plan.itemHistory': ({ item }) => [{ id: item }],
  'plan.agreement': ({ today }) => [month(today)],
  'plan.compare': ({ version }) => [{ a: version, b: version }],
  'plan.phase': ({ year }) => [{ amount: '1000', from: `${year}-01-01`, to: `${year}-01-31` }],
  'plan.pacing': () => [{}, { metric: 'orders', grain: 'week' }, { version: 'Year', grain: 'quarter' }],
  'plan.phasing': ({ version, line, period }) => [{ version, line, period }],
  'plan.variance': ({ today }) => [{ metrics: ['net_sales'], ...month(today), versions: ['Year'] }],
  'plan.driverVariance': ({ version, line }) => [{ version, target: line }],
  'plan.salesVariance': ({ today }) => [{ ...month(today), currency: 'GBP', compare: 'previous_period' }],
  'plan.simulate': ({ version }) => [
    {
      ...{ version, target: 'net_sales' },
      drivers: [{ line: 'aov', spread: { kind: 'normal', sd: 0.1 } }],
    },
  ],
  'plan.seek': ({ version }) => [{ version, lever: { line: 'aov' }, target: 'net_sales', goal: '90000' }],
  'plan.sensitivity': ({ version }) => [
    { version, target: 'net_sales', levers: [{ lever: { line: 'aov' }, changes: [-0.1, 0.1] }] },
  ],
  'plan.exportSheet': ({ version }) => ['xlsx', 'csv'].map(format => ({ version, format })),
  'plan.readRows': ({ year }) => [{ text: `Line\t${year}-01\nOrders\t12` }],
  'connections.preview': ({ sales, load }) => [{ path: sales, store: 'shop' }, { import: load }],
  'connections.progress': ({ load }) => [{ id: load }],
  'connections.rejects': ({ load }) => [{ id: load }],
  'connections.person': () => [{ id: 'C1', store: 'shop' }],
  'connections.linkExamples': () => [{ kind: 'people' }],
  'connections.reconciliation': ({ today, connections: [connection] }) => [
    month(today),
    { ...month(today), connection },
  ],
  'connections.purchases': ({ today, connections: [connection] }) => [{ ...month(today), connection }],
  'connections.test': ({ trello: credentials }) => [{ vendor: 'trello', credentials }],
  'connections.backup': ({ sales }) => [{ folder: `${sales}.backup` }],
  'everywhere.find': () => [{ words: 'sales' }],
}

/** What there is nothing of in a house so new: an alert, a forecast, an issued review, a file of costs. */
const maybeNothing = new Set([
  ...['performance.alert', 'performance.forecast', 'reviews.differences', 'plan.reproduce'],
  'plan.budgetChanges',
])

/** What else an operation may be asked: of a version, of a connection, or nothing. */
const inputsOf = (name: string, input: z.ZodType, known: Known): Input[] => {
  const { required = [] } = shapeOf(input)
  return (
    inputs[name]?.(known) ??
    (required.includes('version')
      ? [{ version: known.version }]
      : required.includes('connection')
        ? known.connections.map(connection => ({ connection }))
        : [{}])
  )
}

const shapeOf = (input: z.ZodType) =>
  z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as {
    required?: string[]
    properties?: Record<string, { type?: string; minLength?: number }>
  }

/** Of the wrong kind, whatever the property is to be: nothing takes the number of a thing in a list in a list. */
const wrong = [[1]]

/** Inputs that cannot be right: a word nobody knows, one that is missing, one of the wrong kind. */
const refusedOf = (input: z.ZodType, good: object): { input: unknown; of: string }[] => {
  const { required = [], properties = {} } = shapeOf(input)
  return [
    { input: { ...good, nonsense: 1 }, of: 'nonsense' },
    ...required.map(name => ({ input: { ...good, [name]: undefined }, of: name })),
    ...Object.keys(properties).map(name => ({ input: { ...good, [name]: wrong }, of: name })),
  ]
}

/** The document that is served, and whether an answer is what it says. */
async function described({ url }: ServedHouse) {
  const document = await (await fetch(`${url}/api/openapi.json`)).json()
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema(document, 'document')
  const part = (...path: string[]) =>
    `document#/${path.map(one => encodeURIComponent(one.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`
  const held = (place: string, value: unknown): string[] => {
    const check = ajv.getSchema(place)
    if (!check) return [`nothing is said at ${place}`]
    return check(value) ? [] : (check.errors ?? []).map(one => `${one.instancePath} ${one.message}`)
  }
  const of = (name: string) => document.paths[`/${name.replaceAll('.', '/')}`]?.post
  return {
    of,
    /** What is wrong with an answer; nothing where it is as the document says. */
    faults: (name: string, { status, type, body }: Answered): string[] => {
      if (status === 500) return ['our own fault']
      if (status !== 200) {
        const ours = of(name).responses[status] ? [] : [`${status} is not among its responses`]
        return [...ours, ...held(part('components', 'schemas', 'Failure'), body)]
      }
      const { content } = of(name).responses[200]
      if (content[type]?.schema && type === 'application/json')
        return held(
          part(
            'paths',
            `/${name.replaceAll('.', '/')}`,
            'post',
            'responses',
            '200',
            'content',
            type,
            'schema',
          ),
          body,
        )
      return content[type] || content['*/*'] || content['application/octet-stream']
        ? []
        : [`is of the type ${type}`]
    },
  }
}

describe('operations that only ask, over HTTP', () => {
  let house: ServedHouse
  let document: Awaited<ReturnType<typeof described>>
  const faultsOf = async (name: string, input: unknown): Promise<{ answer: Answered; faults: string[] }> => {
    // Only the command line of a server may name files of it.
    const asCommand = /^connections\.(preview|backup)$/.test(name)
    const answer = await (asCommand ? house.command : house.ask)(name, input)
    const faults = document.faults(name, answer).map(fault => `${name} ${JSON.stringify(input)}: ${fault}`)
    return { answer, faults }
  }
  const each = async (turn: (one: (typeof asking)[number]) => Promise<string[]>): Promise<string[]> => {
    const faults: string[] = []
    for (const one of asking) faults.push(...(await turn(one)))
    return faults
  }
  const made: Known = {
    ...{
      version: 'Budget',
      item: 'i',
      attachment: 'a',
      load: 'l',
      connections: ['c'],
      sales: '/none/sales.csv',
    },
    ...{
      today: '2026-06-01',
      year: '2026',
      line: 'aov',
      period: '2026-01',
      alert: 'x',
      trello: {},
      sheet: new Blob(['none']),
    },
  }

  beforeAll(async () => {
    house = await servedHouse()
    document = await described(house)
  })
  afterAll(() => house.close())

  it('are each described: what they are for, who may, and that they change nothing', () => {
    for (const { name, role, effect, summary } of operationsOf(operations)) {
      expect(summary.length, name).toBeGreaterThan(10)
      expect(document.of(name), name).toMatchObject({ summary, 'x-role': role, 'x-effect': effect })
    }
  })

  it('answer an empty house as described, or say what it lacks', async () => {
    const faults = await each(async ({ name, input }) => {
      const all = await Promise.all(inputsOf(name, input as z.ZodType, made).map(one => faultsOf(name, one)))
      return all.flatMap(one => one.faults)
    })
    expect(faults).toEqual([])
  }, 240_000)

  it('answer a house with data as described', async () => {
    const { close, ...furnished } = await furnish(house)
    try {
      const { periods } = (await house.ask('plan.open', { version: 'Budget' })).body.sheet
      const sheet = new Blob([(await house.ask('plan.exportSheet', { version: 'Budget' })).body])
      const alerts = (await house.ask('performance.alerts', { state: ['open', 'resolved'] })).body.rows
      const known = {
        ...furnished,
        ...{ line: 'net_sales', period: periods[0].key, sheet, alert: alerts[0]?.id ?? 'x' },
      }
      const faults = await each(async ({ name, input }) => {
        const found: string[] = []
        for (const one of inputsOf(name, input as z.ZodType, known)) {
          const { answer, faults } = await faultsOf(name, one)
          found.push(...faults)
          const nothing = [404, 422].includes(answer.status) && maybeNothing.has(name)
          if (answer.status !== 200 && !nothing)
            found.push(`${name} ${JSON.stringify(one)}: ${answer.status} ${JSON.stringify(answer.body)}`)
        }
        return found
      })
      expect(faults).toEqual([])
    } finally {
      await close()
    }
  }, 400_000)

  it('refuse what cannot be right in the words that are described, naming it', async () => {
    const faults = await each(async ({ name, input }) => {
      const [good = {}] = inputsOf(name, input as z.ZodType, made)
      const found: string[] = []
      for (const { input: bad, of } of refusedOf(
        input as z.ZodType,
        good instanceof FormData ? { version: made.version, file: 'none' } : good,
      )) {
        const { answer, faults } = await faultsOf(name, bad)
        found.push(...faults)
        if (answer.status !== 422 || !String(answer.body.message).includes(of))
          found.push(`${name} ${JSON.stringify(bad)}: ${answer.status} ${answer.body?.message}`)
      }
      return found
    })
    expect(faults).toEqual([])
  }, 240_000)
})
