import { addDays, dayNumber, later } from '#kernel/day.ts'
import { inList, type Text } from './text.ts'
import type { Side, Window } from './window.ts'

/** Runs of days of a side, whatever the buckets: what tables are pruned by. */
export const inSegments = (side: Side, day: string, text: Text): string => {
  const runs: { from: string; to: string }[] = []
  for (const { from, to } of [...side.segments].sort((a, b) => a.from.localeCompare(b.from))) {
    const open = runs.at(-1)
    if (open && dayNumber(from) <= dayNumber(open.to) + 1) open.to = later(open.to, to)
    else runs.push({ from, to })
  }
  const ranges = runs.map(r => `${day} BETWEEN ${text.bind(r.from, 'Date')} AND ${text.bind(r.to, 'Date')}`)
  return ranges.length === 1 ? (ranges[0] ?? '') : `(${ranges.join(' OR ')})`
}

/**
 * First day of the bucket a day of the side lies in; null where a bucket is no single run of days, or is cut into hours.
 */
export const startSql = (window: Window, side: Side, day: string, text: Text): string | null => {
  if (window.grain === 'hour') return null
  if (side.segments.every(({ from, to }) => from === to) && window.grain === 'day') return day
  const runs = [...side.segments].sort((a, b) => a.from.localeCompare(b.from))
  const buckets = new Set(runs.map(({ bucket }) => bucket))
  const apart = runs.every(({ from }, i) => i === 0 || (runs[i - 1]?.to ?? '') < from)
  if (buckets.size < runs.length || !apart) return null
  const [first] = runs
  if (!first || runs.length === 1) return first ? text.bind(first.from, 'Date') : null
  return `CASE ${runs.map(({ from, to }) => `WHEN ${day} <= ${text.bind(to, 'Date')} THEN ${text.bind(from, 'Date')}`).join(' ')} END`
}

/** Index of the bucket a day lies in: arithmetic where buckets are even, else a ladder of last days. */
export const bucketSql = (window: Window, side: Side, day: string, text: Text): string => {
  const { segments } = side
  const first = segments[0]
  if (!first) return '0'
  const start = (s: { bucket: number; from: string }) => dayNumber(s.from) - s.bucket
  if (window.grain === 'day' || window.grain === 'hour') {
    const shifts = new Map<number, typeof segments>()
    for (const s of segments) shifts.set(start(s), [...(shifts.get(start(s)) ?? []), s])
    const index = (s: { bucket: number; from: string }) =>
      `${day} - ${text.bind(s.from, 'Date')} + ${s.bucket}`
    const groups = [...shifts.values()]
    const expression =
      groups.length === 1
        ? index(first)
        : `CASE ${runsOf(segments)
            .map(
              run =>
                `WHEN ${day} BETWEEN ${text.bind(run.from, 'Date')} AND ${text.bind(run.to, 'Date')} THEN ${index(run)}`,
            )
            .join(' ')} END`
    return window.grain === 'hour' ? `(${expression}) * 24 + f.hour` : `(${expression})`
  }
  const ascending =
    segments.every((s, i) => i === 0 || (segments[i - 1]?.bucket ?? 0) <= s.bucket) &&
    segments.every((s, i) => i === 0 || (segments[i - 1]?.to ?? '') < s.from)
  const weekly =
    window.grain === 'week' &&
    ascending &&
    segments.every(
      (s, i) =>
        s.bucket === first.bucket + i &&
        (i === 0 || dayNumber(s.from) === dayNumber(segments[0]?.to ?? '') + 1 + 7 * (i - 1)),
    )
  if (weekly) {
    // Counted from the first week's last day, so that a first week cut short does not shift the others.
    return `CAST(ceil((${day} - ${text.bind(first.to, 'Date')}) / 7.0) AS BIGINT) + ${first.bucket}`
  }
  if (ascending)
    return `CASE ${segments.map(s => `WHEN ${day} <= ${text.bind(s.to, 'Date')} THEN ${s.bucket}`).join(' ')} END`
  return `CASE ${segments.map(s => `WHEN ${day} BETWEEN ${text.bind(s.from, 'Date')} AND ${text.bind(s.to, 'Date')} THEN ${s.bucket}`).join(' ')} END`
}

/** One-day segments in a row with one shift, as one. */
const runsOf = (segments: Side['segments']): Side['segments'] => {
  const runs: Side['segments'] = []
  for (const s of segments) {
    const open = runs.at(-1)
    const shift = open && dayNumber(s.from) - dayNumber(open.from) === s.bucket - open.bucket
    if (open && shift && dayNumber(s.from) === dayNumber(open.to) + 1) open.to = s.to
    else runs.push({ ...s })
  }
  return runs
}

/** Conditions that leave out of a side what was later in its base than the data of now are: one for each group of stores. */
export const lateSql = (side: Side, day: string, hour: string, text: Text): string[] =>
  side.late.map(({ stores, days }) => {
    const later = days
      .map(one => {
        const on = `${day} = ${text.bind(one.day, 'Date')}`
        return one.hour === 0 ? on : `(${on} AND ${hour} >= ${text.bind(one.hour, 'Int64')})`
      })
      .join(' OR ')
    return `NOT (${stores ? `${inList('f.store', stores, text)} AND ` : ''}(${later}))`
  })

/** Segments of a side on the days of which only some hours count, and those on all others. */
export const onLateDays = (side: Side): { on: Side['segments']; off: Side['segments'] } => {
  const late = [...new Set(side.late.flatMap(({ days }) => days.map(({ day }) => day)))].sort()
  const on: Side['segments'] = []
  const off: Side['segments'] = []
  for (const { bucket, from, to } of side.segments) {
    let start = from
    for (const day of late.filter(one => one >= from && one <= to)) {
      if (day > start) off.push({ bucket, from: start, to: addDays(day, -1) })
      on.push({ bucket, from: day, to: day })
      start = addDays(day, 1)
    }
    if (start <= to) off.push({ bucket, from: start, to })
  }
  return { on, off }
}
