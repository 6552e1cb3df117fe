import type { Row } from '#warehouse/warehouse.ts'
import type { Part } from './gather.ts'
import type { Window } from './window.ts'

/** A part and the side it is of; `day` where its rows are of days, which several sides may count. */
export interface Sided {
  part: Part
  side: number | 'day'
}

/** c1_3 of side 1 stands in the column c_3 of its row. */
const slot = (name: string) => name.replace(/^([cu])\d+_/, '$1_')

/**
 * Parts one under the other, a row for each side. Side by side, as ordering by them needs, an engine plans and adds up
 * three times the columns, most of them empty: that took longer than reading the rows.
 */
export const stackedSides = (parts: readonly Sided[], keys: readonly string[]): string => {
  const columns = parts.map(
    ({ part }) => new Map(Object.entries(part.columns).map(([name, sql]) => [slot(name), sql])),
  )
  const names = [...new Set(columns.flatMap(own => [...own.keys()]))]
  return parts
    .map(({ part, side }, i) => {
      const list = [
        ...keys.map(key => `${part.keys[key]} AS ${key}`),
        `${side === 'day' ? 0 : side} AS s`,
        ...names.map(name => `${columns[i]?.get(name) ?? 'NULL'} AS ${name}`),
      ]
      return `SELECT ${list.join(', ')} ${part.rest}`
    })
    .join('\nUNION ALL\n')
}

/** Rows of `stackedSides` as rows that hold all sides, one for each period; rows of days go wherever their day counts. */
export const sideBySide = (rows: readonly Row[], days: Places | null): Row[] => {
  const wide = new Map<number, Row>()
  for (const row of rows) {
    const places = days ? (days.get(String(row.p)) ?? []) : [[Number(row.s), Number(row.p ?? 0)] as const]
    for (const [side, bucket] of places) {
      const into = wide.get(bucket) ?? { p: bucket }
      wide.set(bucket, into)
      for (const [name, value] of Object.entries(row))
        if (value !== null && name !== 'p' && name !== 's')
          into[name.replace(/^([cu])_/, `$1${side}_`)] = value
    }
  }
  return [...wide.values()]
}

/** Where the figures of a day belong: side and bucket. */
export type Places = ReadonlyMap<string, readonly (readonly [side: number, bucket: number])[]>

/** The places of each day where every bucket of every side is one day, so that nothing is left to add; else null. */
export const placesOf = (window: Window): Places | null => {
  // A day of which only some hours count for one side is not the day another counts.
  if (window.grain !== 'day' || window.sides.some(side => side.late.length > 0)) return null
  const places = new Map<string, [number, number][]>()
  const taken = new Set<string>()
  for (const [side, { segments }] of window.sides.entries())
    for (const { bucket, from, to } of segments) {
      const place = `${side} ${bucket}`
      if (from !== to || taken.has(place)) return null
      taken.add(place)
      places.set(from, [...(places.get(from) ?? []), [side, bucket]])
    }
  return places
}
