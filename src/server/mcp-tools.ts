import { z } from 'zod'
import type { Operation } from '#features/base.ts'
import { type Actor, mayAct } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { nearest } from '#kernel/nearest.ts'
import type { DimensionInfo } from '#metrics/engine.ts'
import type { Definition } from '#metrics/query.ts'

/** Words for agents: what a tool is called where its operation's name does not say it, and what they should know of it. */
const words: Record<string, { name?: string; more: string }> = {
  'performance.definitions': {
    name: 'list_metrics',
    more:
      'Start here. Without arguments: the name and label of every metric, by unit, and of every dimension. With search or names: ' +
      'definition, formula, unit, which direction is good, and the dimensions that split it.',
  },
  'performance.query': {
    name: 'query_metrics',
    more:
      'How did we do: window and compare. What grew or fell most: by with sort {"by":"net_sales","of":"last_year"} (falls first; ' +
      'desc for rises) and a limit. ' +
      'Values are decimal text; a share of 0.12 is 12 %; null is N/A, never 0, and meta.missing says what would supply it. ' +
      'meta carries the definitions used, the period, the currency, data as of, rows behind and warnings: cite them.',
  },
  'performance.explain': {
    name: 'explain_metric',
    more: 'Where a number comes from: the formula expanded, the passes of the compiler and the SQL. Why it changed: explain_change.',
  },
  'performance.bridge': {
    name: 'explain_change',
    more:
      'Use it for every “why”. Amounts of drivers add up to the change, in the currency given; compare is needed, e.g. last_year. ' +
      'Where one side has no data it says so: take previous_period then.',
  },
  'performance.rows': { name: 'drill_rows', more: 'The ledger rows behind one number.' },
  'performance.values': {
    name: 'dimension_values',
    more: 'Which values a dimension has, most sold first: use it before filtering.',
  },
  'performance.products': {
    more:
      'Stock, cover and days out of stock beside sales: for products that fell most, compare and sort {"by":"net_sales_change","desc":false} ' +
      '(in percent; by money with query_metrics), then search for each. stock_units of 0 is out of stock, null is not known.',
  },
  'performance.alerts': { more: 'With reviews_waiting it answers what needs attention today.' },
  'performance.tree': {
    more: 'With plan (an approved version, see plan_versions): which lever is how far from plan, and what it did to the figure above.',
  },
  'reviews.flash': {
    more: 'Yesterday, for a morning meeting: with reviews_waiting and performance_alerts a note of it.',
  },
  'reviews.monday': {
    more: 'The last whole week against target, the week before and last year, with causes, landing, stock and actions: for a weekly meeting.',
  },
  'reviews.waiting': { more: 'For what needs attention in trade see performance_alerts.' },
  'reviews.landing': { more: 'For a week or a quarter, or another plan: plan_pacing.' },
  'plan.versions': {
    more: 'Start here for plans: their ids, kinds and states. approved and locked ones are what is compared with.',
  },
  'plan.pacing': {
    more:
      'Are we on plan: grain week, month or quarter, and version (an approved one of plan_versions; without it there is no plan beside). ' +
      'p10, p50 and p90 are where it ends; requiredPerDay is what each day left must bring; probability that of reaching the plan.',
  },
  'plan.seek': { more: 'What closes a gap: the one driver, and how far it must go.' },
  'plan.sensitivity': { more: 'Which levers close a gap, and by how much each.' },
  'connections.agreement': {
    more: 'Does it reconcile: days that differ from the shop’s own totals and by how much. 0 days is agreement. Day by day: connections_reconciliation.',
  },
  'connections.systems': {
    more: 'Is the data fresh: the state of each system, what it says, and when it was read last.',
  },
}

/** What agents are told first: which tool answers which kind of question. */
export const instructions = [
  'The numbers of this company, to read. Names come from list_metrics, numbers from query_metrics.',
  'How did we do: query_metrics with window and compare (last_year, previous_period, plan.VERSION).',
  'Why: explain_change, then query_metrics by the dimension it names.',
  'Products and stock: query_metrics by product sorted by the change, performance_products for stock and cover.',
  'On plan, and what closes the gap: plan_versions, plan_pacing, performance_tree, plan_seek.',
  'What needs me today: reviews_waiting, performance_alerts.',
  'Is it fresh and does it reconcile: connections_systems, connections_agreement.',
  'A note for a meeting: reviews_flash (yesterday), reviews_monday (last week), reviews_landing.',
  'What is behind a number: explain_metric, drill_rows. Anything by its name: everywhere_find.',
  'Quote period, currency, definition and the date of the data with a number. null is not known, never 0. A long answer is cut and says how to go on.',
].join('\n')

export interface Tool {
  name: string
  operation: Operation
  description: string
  inputSchema: ObjectSchema
  /** Names of what it takes. */
  takes: readonly string[]
  /** What is asked of the operation, and what of its answer is given. */
  input(given: Record<string, unknown>): unknown
  answer(result: unknown, given: Record<string, unknown>): unknown
}

type ObjectSchema = { type: 'object'; [key: string]: unknown }

/** What is said of `list_metrics`: all definitions at once are more than a model takes in. */
const Sought = z.strictObject({
  search: z.string().max(200).optional().describe('Words in name, label or description, e.g. stock'),
  names: z.array(z.string()).max(50).optional().describe('Metrics or dimensions to have in full'),
})

interface Vocabulary {
  metrics: Definition[]
  dimensions: DimensionInfo[]
}

/** The vocabulary by its names alone, or what is sought of it in full. @throws Failure('not_found') for a name there is not. */
export function soughtIn({ metrics, dimensions }: Vocabulary, given: unknown): object {
  const { data, error } = Sought.safeParse(given)
  if (!data)
    throw invalid(
      `${error.issues[0]?.message ?? 'The input is not understood'}.`,
      'It takes search and names.',
    )
  const { search, names } = data
  const titles = (all: readonly { name: string; label: string }[]) =>
    Object.fromEntries(all.map(one => [one.name, one.label]))
  if (search === undefined && names === undefined)
    return {
      metrics: Object.fromEntries(
        [...new Set(metrics.map(one => one.unit))].map(unit => [
          unit,
          titles(metrics.filter(one => one.unit === unit)),
        ]),
      ),
      dimensions: titles(dimensions),
    }
  const all = [...metrics, ...dimensions]
  const lost = names?.find(name => !all.some(one => one.name === name))
  if (lost !== undefined)
    throw new Failure('not_found', `There is no metric or dimension ${lost}.`, {
      next: `Nearest: ${nearest(
        lost,
        all.map(one => one.name),
        3,
      ).join(', ')}.`,
    })
  const parts =
    search
      ?.toLowerCase()
      .split(/[\s_]+/)
      .filter(Boolean) ?? []
  const chosen = ({ name, label, description }: { name: string; label: string; description: string }) =>
    names?.includes(name) ||
    (parts.length > 0 && parts.every(part => `${name} ${label} ${description}`.toLowerCase().includes(part)))
  return {
    metrics: metrics.filter(chosen).map(one => ({
      ...one,
      dimensions: dimensions.filter(({ metrics: split }) => split.includes(one.name)).map(({ name }) => name),
    })),
    dimensions: dimensions.filter(chosen).map(({ metrics: _, ...one }) => one),
  }
}

const schemas = new WeakMap<z.ZodType, ObjectSchema>()

/** A tool's input is an object; an operation without input takes an empty one. Over HTTP each request makes the tools anew. */
function schemaOf(input: z.ZodType | undefined): ObjectSchema {
  if (!input) return { type: 'object', properties: {} }
  const made = schemas.get(input)
  if (made) return made
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  const told: ObjectSchema = { ...(plain(schema) as object), type: 'object' }
  schemas.set(input, told)
  return told
}

/** Without what only lengthens it: the leap years of a date’s pattern, and the largest and smallest numbers there are. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain)
  if (typeof schema !== 'object' || schema === null) return schema
  const one = schema as Record<string, unknown>
  const needless = (key: string, value: unknown) =>
    (key === 'pattern' && typeof value === 'string' && typeof one.format === 'string') ||
    (/^m..imum$/.test(key) && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER)
  return Object.fromEntries(
    Object.entries(one)
      .filter(([key, value]) => !needless(key, value))
      .map(([key, value]) => [key, plain(value)]),
  )
}

/** The tools an actor has: every operation that only reads and that their role may run. */
export const toolsOf = (operations: readonly Operation[], actor: Pick<Actor, 'role'>): Tool[] =>
  operations
    .filter(one => one.effect === 'read' && mayAct(actor.role, one.role) && one.agents !== false)
    .map(operation => {
      const own = words[operation.name]
      const sought = operation.name === 'performance.definitions'
      const inputSchema = schemaOf(sought ? Sought : operation.input)
      return {
        name: own?.name ?? operation.name.replaceAll('.', '_'),
        operation,
        description: `${operation.summary}.${own ? ` ${own.more}` : ''}`,
        inputSchema,
        takes: Object.keys((inputSchema.properties as object | undefined) ?? {}),
        input: given => (sought ? undefined : given),
        answer: (result, given) => (sought ? soughtIn(result as Vocabulary, given) : result),
      }
    })
