import { type Filter, readFilters, writeFilters } from './address.ts'
import { capital } from './capital.ts'
import type { Day } from './day.ts'
import { showDay } from './format.ts'
import { valueName } from './value-names.ts'
import { spanWords } from './view.ts'

/** What conversations are about, as the address (`talk`) and the ledger name it. */

interface Days {
  from: Day
  to: Day
}

const over = ({ from, to }: Days, filters: readonly Filter[]) => {
  const where = writeFilters(filters)
  return `${from}..${to}${where ? `:${where}` : ''}`
}

/** A figure of a period and slice. */
export const figureSubject = (metric: string, days: Days, filters: readonly Filter[] = []): string =>
  `figure:${metric}:${over(days, filters)}`

/** A chart or a table of a period and slice. */
export const chartSubject = (id: string, days: Days, filters: readonly Filter[] = []): string =>
  `chart:${id}:${over(days, filters)}`

/** "customer-groups" as "Customer groups". */
const titled = (id: string) => capital(id.replaceAll('-', ' '))

/** What a value of a dimension is called, where somebody knows better than what it is written as. */
type Called = (dimension: string, value: string) => string | undefined

/** A filter by what its values are called; what is only a handle is told with what it is one of. */
function sliceWords(filter: Filter, called: Called): string {
  if (!('dimension' in filter)) return filter.metric
  const { dimension, is, not, contains } = filter
  const name = dimension.replaceAll('_', ' ')
  const said = (value: string) => {
    const own = called(dimension, value) ?? valueName(dimension, value)
    return own === value ? `${name} ${value || 'not known'}` : own
  }
  if (is) return is.map(said).join(' or ')
  return not ? `all but ${not.map(said).join(' and ')}` : `${name} with “${contains ?? ''}”`
}

/** The filters a subject is narrowed by. */
export const subjectFilters = (subject: string): Filter[] =>
  /^(figure|chart):/.test(subject) ? readFilters(subject.split(':').slice(3).join(':')) : []

/** What a subject is about, in words; a thread's own title comes before it. */
export function subjectWords(
  subject: string,
  label: (metric: string) => string,
  called: Called = () => undefined,
): string {
  const [kind, ...rest] = subject.split(':')
  const [name = '', when = '', ...more] = rest
  if (kind === 'alert') return 'This alert'
  if (kind === 'block') return `${label(when)}, week to ${showDay(more[0] ?? '', 'table')}`
  const days = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/.exec(when)
  const span = days ? `, ${spanWords(days[1] ?? '', days[2] ?? '')}` : ''
  const slice = subjectFilters(subject)
    .map(one => sliceWords(one, called))
    .join(', ')
  const what = kind === 'figure' ? label(name) : titled(name)
  return `${what}${slice && ` of ${slice}`}${span}`
}
