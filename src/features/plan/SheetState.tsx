import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { z } from 'zod'
import { api, client, words } from '#features/client.ts'
import { calculate, type Input } from '#kernel/plan/calculate.ts'
import { shown } from '#kernel/plan/edits.ts'
import { conflictsOf, figuresIn, inputsOf, type Row, type ShownRow, shownInputs } from '#kernel/plan/rows.ts'
import { addressKey, placeWords, sliceKey, sliceOf } from '#kernel/plan/sheet.ts'
import { useMembers } from './Members.tsx'
import type { OpenShape } from './model.ts'

type Address = Omit<Input, 'value'>
interface Step {
  before: Input[]
  after: Input[]
}

const keyOf = ({ line, slice }: Address) => `${line}\u001e${sliceKey(slice)}`
const nobody = { words: '', keys: new Set<string>() as ReadonlySet<string> }
/** Waits for a task of its own. */
const drawn = () => new Promise<void>(done => setTimeout(done))
/** How often others' edits are looked for, ms. */
const every = 4000

/** Rows of which the edits behind cells are known: a version comes with those of few. */
const withEdits = (rows: readonly ShownRow[]): Row[] =>
  rows.flatMap(({ line, slice, cells }) => (cells ? [{ line, slice, cells: { ...cells } }] : []))

/**
 * A version as it is typed into: its figures worked out, what others type coming in, what contradicts kept and told, and
 * the way back and forth through one's own edits.
 */
export function useSheet(opened: z.output<typeof OpenShape>, why: string) {
  const { sheet, version } = opened
  const cache = useQueryClient()
  const named = useMembers()
  const [tick, setTick] = useState(0)
  const [theirs, setTheirs] = useState(nobody)
  const [conflicts, setConflicts] = useState(() => conflictsOf(withEdits(opened.rows)))
  const done = useRef<Step[]>([])
  const undone = useRef<Step[]>([])
  /** Edits on their way: what the server says meanwhile does not know of them. */
  const sending = useRef(0)
  /** The last of them: one's own arrive in the order they were made in, or a quick undo would contradict what it undoes. */
  const lastSent = useRef<Promise<unknown>>(Promise.resolve())
  // Figures and the edits behind them are of one reading: read anew, both begin anew.
  const { plan, rows, begun, seen } = useMemo(
    () => ({
      plan: calculate(sheet, shownInputs(sheet, opened.rows)),
      rows: new Map(withEdits(opened.rows).map(row => [`${row.line}\u001e${row.slice}`, row])),
      begun: new Map(opened.rows.map(row => [`${row.line}\u001e${row.slice}`, row.values])),
      seen: { seq: opened.seq },
    }),
    [sheet, opened.rows, opened.seq],
  )
  useEffect(() => setConflicts(conflictsOf(withEdits(opened.rows))), [opened.rows])

  /** Edits that stand in a cell; undefined where nothing came to it since the version was read. */
  const heads = (one: Address) => rows.get(keyOf(one))?.cells[one.period]
  const now = (one: Address) => {
    const known = heads(one)
    if (known) return shown(known)
    const at = sheet.periods.findIndex(period => period.key === one.period)
    return begun.get(keyOf(one))?.split(',')[at] || null
  }
  const remember = (one: Address, cells: (string | null)[]) => {
    const row = rows.get(keyOf(one)) ?? { line: one.line, slice: sliceKey(one.slice), cells: {} }
    row.cells[one.period] = cells
    rows.set(keyOf(one), row)
    return { ...row, cells: { [one.period]: cells } }
  }
  /** Keeps the cells in conflict by what changed alone: a plan may have a quarter of a million. */
  const looked = (news: readonly Row[]) =>
    setConflicts(known => {
      const found = conflictsOf(news)
      const mended = news.flatMap(({ line, slice, cells }) =>
        Object.keys(cells)
          .map(period => addressKey({ line, slice: sliceOf(slice), period }))
          .filter(key => known.has(key) && !found.has(key)),
      )
      if (mended.length === 0 && [...found].every(key => known.has(key))) return known
      return new Set([...known, ...found].filter(key => !mended.includes(key)))
    })
  /** Takes others' rows in: their cells, the figures that follow, and who they are from. */
  const receive = (news: readonly Row[], by: readonly string[]) => {
    const moved = figuresIn(news).filter(one => now(one) !== one.value)
    for (const row of news) rows.set(`${row.line}\u001e${row.slice}`, { ...row, cells: { ...row.cells } })
    looked(news)
    // One's own edits come back as well: nothing is drawn anew for them.
    if (moved.length === 0) return
    plan.set(inputsOf(sheet, news))
    setTick(count => count + 1)
    setTheirs({
      words: `${by.join(', ') || 'you, elsewhere,'} changed ${moved.length} ${moved.length === 1 ? 'cell' : 'cells'} just now`,
      keys: new Set(moved.map(addressKey)),
    })
  }
  const send = async (inputs: readonly Input[]) => {
    const edits = inputs.map(({ value, ...one }) => ({
      ...one,
      slice: [...one.slice],
      id: crypto.randomUUID() as string,
      after: heads(one)?.filter((_, n) => n % 2 === 0) as string[] | undefined,
      value,
    }))
    looked(edits.map(edit => remember(edit, [edit.id, edit.value])))
    sending.current += 1
    try {
      // What was typed is drawn before it is written out for the server.
      const sent = lastSent.current
        .then(drawn)
        .then(() => client.plan.edit({ version: version.id, edits, seen: opened.seq, why }))
      lastSent.current = sent.catch(() => undefined)
      const answer = await sent
      if (answer.conflicts.length === 0) return
      looked(
        answer.conflicts.map(one =>
          remember(
            one,
            one.heads.flatMap(head => [head.id, head.value]),
          ),
        ),
      )
      const [first] = answer.conflicts
      notifications.show({
        color: 'bad',
        autoClose: false,
        title: 'Somebody filled this in differently',
        message: first
          ? `${placeWords(sheet, first, named)}: ${first.heads.map(head => `${head.by} ${head.value ?? 'empty'}`).join(', ')}. Both are kept; type the right figure to choose.`
          : '',
      })
      setTick(count => count + 1)
    } catch (error) {
      const { message, next } = words(error)
      notifications.show({
        color: 'bad',
        title: 'That was not saved',
        message: [message, next].filter(Boolean).join(' '),
      })
      await cache.invalidateQueries({ queryKey: api.plan.open.key() })
    } finally {
      sending.current -= 1
    }
  }
  const apply = (inputs: readonly Input[]): Step | null => {
    const before = inputs.map(input => ({ ...input, value: now(input) }))
    try {
      plan.set(inputs)
    } catch (error) {
      notifications.show({ color: 'bad', title: 'That was not taken', message: words(error).message })
      return null
    }
    setTick(count => count + 1)
    setTheirs(nobody)
    send(inputs)
    return { before, after: [...inputs] }
  }
  const edit = (inputs: Input[]) => {
    const made = apply(inputs)
    if (!made) return
    done.current.push(made)
    undone.current = []
  }
  /** What somebody else filled in meanwhile is not taken back with it. */
  const step = (from: typeof done, to: typeof done, back: boolean) => {
    const last = from.current.pop()
    if (!last) return
    const [left, wanted] = back ? [last.after, last.before] : [last.before, last.after]
    const own = wanted.filter((one, n) => now(one) === (left[n]?.value ?? null))
    if (own.length < wanted.length) {
      const kept = wanted.find(one => !own.includes(one))
      notifications.show({
        title: `${wanted.length - own.length} ${wanted.length - own.length === 1 ? 'cell stays' : 'cells stay'}`,
        message: kept ? `${placeWords(sheet, kept, named)} was changed since by somebody else.` : '',
      })
    }
    if (own.length > 0) apply(own)
    to.current.push({
      before: last.before.filter((_, n) => own.includes(wanted[n] as Input)),
      after: last.after.filter((_, n) => own.includes(wanted[n] as Input)),
    })
    setTick(count => count + 1)
  }

  const look = async () => {
    if (document.hidden || sending.current > 0) return
    const { seq } = seen
    try {
      const news = await client.plan.since({ version: version.id, seq })
      // What was typed while it was on its way is not in it: the next look has both.
      if (sending.current > 0 || seen.seq !== seq) return
      seen.seq = news.seq
      const others = news.rows.filter(
        row => JSON.stringify(rows.get(`${row.line}\u001e${row.slice}`)?.cells) !== JSON.stringify(row.cells),
      )
      if (others.length > 0) receive(others, news.by)
      if (news.revision !== version.revision || news.state !== version.state)
        await cache.invalidateQueries({ queryKey: api.plan.open.key() })
    } catch {
      // The next look tries again; what was typed is sent apart from this.
    }
  }
  // The clock goes on however often the screen is drawn: who types without a pause sees others too.
  const latest = useRef(look)
  latest.current = look
  useEffect(() => {
    const timer = setInterval(() => latest.current(), every)
    return () => clearInterval(timer)
  }, [])

  return {
    plan,
    tick,
    conflicts,
    theirs,
    edit,
    undo: done.current.length > 0 ? () => step(done, undone, true) : null,
    redo: undone.current.length > 0 ? () => step(undone, done, false) : null,
  }
}
