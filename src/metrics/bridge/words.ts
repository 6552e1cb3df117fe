import { show, showSigned } from '#kernel/format.ts'
import { valueName } from '#kernel/value-names.ts'
import { comparisonName } from '#kernel/view.ts'
import type { Found } from './search.ts'
import type { Illusion } from './segments.ts'
import type { Bridge } from './shape.ts'

/** What a bridge says in sentences. */

/** `stores`: names of stores by their handles. */
export type Of = Pick<Bridge, 'unit' | 'currency'> & { stores?: Readonly<Record<string, string>> | undefined }

/** "−£41k", "+£1.2m": an amount in a sentence, short and signed. */
const brief = (amount: string | number, of: Of): string => showSigned(String(amount), of, 'axis')

/** A value in words; a bare number says what it is a number of. */
const named = (value: string, dimension: string, { stores }: Of): string => {
  const name = valueName(dimension, value, stores)
  const kind = dimension.replaceAll('_', ' ')
  if (!name) return kind ? `no ${kind}` : '(not known)'
  return /^\d+$/.test(name) && dimension ? `${kind} ${name}` : name
}
const lower = (label: string) =>
  /^[A-Z][a-z]/.test(label) ? `${label[0]?.toLowerCase()}${label.slice(1)}` : label

/** "−£41k vs last year: traffic −£63k (Paid Social −£48k), conversion +£30k, AOV −£8k." */
export function sentenceOf(of: Of & Pick<Bridge, 'comparison' | 'drivers'> & { change: string }): string {
  const size = Math.max(...of.drivers.map(driver => Math.abs(Number(driver.amount))), 0)
  const said = of.drivers
    .filter(driver => Math.abs(Number(driver.amount)) >= 0.02 * size && Number(driver.amount) !== 0)
    .map(driver => {
      return `${driverWords(driver, of)}${driver.behind ? ` (${driver.behind.words})` : ''}`
    })
  const base = comparisonName(of.comparison.name, of.comparison).short
  const head = `${brief(of.change, of)} ${base}`
  return said.length > 0 ? `${head}: ${said.join(', ')}.` : `${head}.`
}

/** A driver as the sentence says it: "traffic −£63k". */
export const driverWords = (driver: Pick<Bridge['drivers'][number], 'label' | 'amount'>, of: Of): string =>
  `${lower(driver.label)} ${brief(driver.amount, of)}`

/** What stands behind a driver in the sentence: a cause found for it, else its leading segment where that is most of it. */
export function behindOf(
  driver: Omit<Bridge['drivers'][number], 'behind'>,
  of: Of & Pick<Bridge, 'causes'>,
): Bridge['drivers'][number]['behind'] {
  const amount = Number(driver.amount)
  const labels = [driver.label, ...driver.steps.map(step => step.label)]
  const along = (one: string) =>
    Math.sign(Number(one)) === Math.sign(amount) && Math.abs(Number(one)) >= 0.4 * Math.abs(amount)
  const cause = of.causes.find(
    one => one.kind !== 'mix' && labels.includes(one.driver ?? '') && along(one.amount),
  )
  const said = cause ?? driver.segments.slice(0, 1).find(one => along(one.amount))
  if (!said) return null
  const names = said.where.map(w => named(w.value, w.dimension, of)).join(' · ')
  const own = cause ? ['sessions', 'conversion_rate'].includes(cause.measure) : driver.name === 'traffic'
  return {
    words: `${names} ${brief(said.amount, of)}`,
    where: said.where,
    measure: own ? (cause?.measure ?? 'sessions') : null,
  }
}

/** A cause in a sentence: what moved, by how much, and by which driver. */
export function causeWords(cause: Found, of: Of): string {
  const where = cause.where.map(w => named(w.value, w.dimension, of)).join(' · ')
  const said = capital(where)
  const driver = cause.driver ? lower(cause.driver) : ''
  const amount = brief(cause.amount, of)
  const mixed = (value: string | undefined) => named(value ?? '', cause.where[0]?.dimension ?? '', of)
  if (cause.kind === 'mix')
    return `Shift from ${mixed(cause.from)} to ${mixed(cause.to)}: ${amount} by mix. ${capital(mixed(cause.to))} went from ${percent(cause.before)} to ${percent(cause.after)} of ${driver || 'the whole'}.`
  const moved = movedWords(cause)
  const measure = lower(cause.measure.name.replaceAll('_', ' '))
  // Of returns it is what is kept that is measured: more of it is fewer of them.
  if (cause.kind === 'rate') return `${said}: ${driver === 'returns' ? measure : driver} ${moved}, ${amount}.`
  const through = measure === 'sessions' ? 'sessions ' : ''
  const mostly = driver && !through && driver !== measure ? `, mostly ${driver}` : ''
  return `${said}: ${through}${moved}, ${amount}${mostly}.`
}

/** A sentence's first letter, of what is no name that somebody gave. */
const capital = (text: string) =>
  text.replace(/^[a-z][a-z ]*(?= ·|$)/, word => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)

/** From so many times on a percentage says less than a multiple: of two orders it is thousands. */
const manifold = 3

/** How a figure moved: in percent of what it was, in times of it; of nothing, or of a loss, there are none. */
function movedWords({ before, after }: Pick<Found, 'before' | 'after'>): string {
  if (before === 0) return 'from nothing'
  if (before < 0) return after < 0 ? `${after < before ? 'further' : 'less'} below zero` : 'from below zero'
  if (after < 0) return 'to below zero'
  const times = after / before
  if (times >= manifold) return `×${times.toFixed(times < 9.95 ? 1 : 0)}`
  return `${after < before ? 'down' : 'up'} ${percent(Math.abs(times - 1))}`
}

const percent = (share: number) => show(String(share), { unit: 'share', currency: null }, 'table')

/** Simpson's paradox by its name. */
export const illusionWords = (one: Illusion): string =>
  `${one.driver} ${one.after < one.before ? 'fell' : 'rose'} in total but ${one.after < one.before ? 'rose' : 'fell'} in every ${one.dimension.replaceAll('_', ' ')}: the mix of them moved it (Simpson's paradox).`
