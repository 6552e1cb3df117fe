import { workStage } from '#kernel/work-stage.ts'
import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { unlessGone } from '../http.ts'
import { sinceForPutAway } from '../nightly.ts'
import { allOf, type Named, pages, projectsOf, type Session } from './session.ts'

interface Dates {
  due_on?: string | null
  due_at?: string | null
}
export interface Story {
  gid: string
  created_at?: string
  resource_subtype?: string
  old_section?: Named | null
  new_section?: Named | null
  old_dates?: Dates | null
  new_dates?: Dates | null
  assignee?: { gid: string; name?: string } | null
}
interface Listed {
  gid: string
  created_at?: string
  modified_at?: string
  memberships?: { project?: Named; section?: Named | null }[]
}
interface Move {
  id: string
  at: string
  kind: 'section' | 'state' | 'due' | 'assignee'
  from: string
  to: string
  stage: string
  assignee: string
  formerly: string
}
/** A task's way through the sections of the project it stands in. */
export interface WayRecord {
  task: string
  made: string
  /** The section it was made in. */
  section: string
  stage: string
  moves: Move[]
}

const told = [
  'created_at',
  'resource_subtype',
  'old_section.name',
  'new_section.name',
  'old_dates.due_on',
  'old_dates.due_at',
  'new_dates.due_on',
  'new_dates.due_at',
  'assignee.name',
].join(',')

/** Sections of a project in their order; one of another project is not among them. */
interface Sections {
  own: ReadonlyMap<string, number>
  others: ReadonlySet<string>
}

/**
 * What stories say of a task's way. In several projects it moves through the sections of each: those of the project it
 * stands in count, and such as are no more. Pure.
 */
export function wayOf(task: Listed, stories: readonly Story[], { own, others }: Sections): WayRecord {
  const stage = (section: Named | null | undefined) =>
    workStage(section?.name ?? '', own.get(section?.gid ?? '') ?? null)
  const moves: Move[] = []
  let holder = ''
  let first: Named | null | undefined
  const sorted = [...stories].sort((a, b) => (a.created_at ?? '').localeCompare(b.created_at ?? ''))
  for (const one of sorted) {
    const move = (kind: Move['kind'], from: string, to: string, more: Partial<Move> = {}) =>
      moves.push({
        ...{ id: one.gid, at: one.created_at ?? '', kind, from, to, stage: '', assignee: '', formerly: '' },
        ...more,
      })
    const { old_section: before, new_section: after, old_dates, new_dates, assignee } = one
    switch (one.resource_subtype) {
      case 'section_changed':
        if (others.has(after?.gid ?? '')) break
        first ??= before ?? { gid: '', name: '' }
        move('section', before?.name ?? '', after?.name ?? '', { stage: stage(after) })
        break
      case 'marked_complete':
        move('state', 'open', 'done')
        break
      case 'marked_incomplete':
        move('state', 'done', 'open')
        break
      case 'due_date_changed':
        move('due', dueOf(old_dates), dueOf(new_dates))
        break
      case 'assigned':
        move('assignee', '', '', { formerly: holder, assignee: assignee?.name ?? '' })
        holder = assignee?.name ?? ''
        break
      case 'unassigned':
        move('assignee', '', '', { formerly: holder || (assignee?.name ?? '') })
        holder = ''
        break
    }
  }
  const start = first ?? task.memberships?.[0]?.section
  return {
    task: task.gid,
    made: task.created_at ?? '',
    section: start?.name ?? '',
    stage: stage(start),
    moves,
  }
}

const dueOf = (dates: Dates | null | undefined): string => dates?.due_on ?? dates?.due_at ?? ''

async function* read(session: Session, turn: Turn) {
  const { to, history } = turn
  const putAway = sinceForPutAway(turn)
  const open = new Map(
    (await projectsOf(session)).flatMap(({ gid, archived }) => {
      const since = archived ? putAway : turn.from
      return since === null ? [] : [[gid, since] as const]
    }),
  )
  const sections = new Map<string, Map<string, number>>()
  for (const gid of open.keys()) {
    const own = new Map<string, number>()
    for await (const page of pages<Named>(session, `/projects/${gid}/sections`, { opt_fields: 'name' }))
      for (const one of page) own.set(one.gid, own.size)
    sections.set(gid, own)
  }
  const seen = new Set<string>()
  for (const [project, since] of open) {
    for await (const page of pages<Listed>(session, '/tasks', {
      project,
      modified_since: new Date(since).toISOString(),
      opt_fields: 'created_at,modified_at,memberships.project.name,memberships.section.name',
    })) {
      const records: WayRecord[] = []
      for (const task of page) {
        // A later slice of history has it: that was read before.
        if (history && Date.parse(task.modified_at ?? '') >= to) continue
        if (seen.has(task.gid)) continue
        seen.add(task.gid)
        const home = task.memberships?.[0]?.project?.gid ?? project
        const stories = await unlessGone(
          allOf<Story>(session, `/tasks/${task.gid}/stories`, { opt_fields: told }),
        )
        if (!stories) continue
        const others = new Set([...sections].flatMap(([gid, own]) => (gid === home ? [] : [...own.keys()])))
        records.push(wayOf(task, stories, { own: sections.get(home) ?? new Map(), others }))
      }
      if (records.length > 0) yield { records }
    }
  }
}

/**
 * Ways of tasks through sections, from their stories: a request for each task that changed. Of parts none are asked for,
 * since they stand in no section.
 */
export const moves: Stream<Session, WayRecord> = {
  name: 'moves',
  label: 'Moves of tasks',
  kind: 'window',
  tables: ['task_moves'],
  every: 3_600_000,
  overlap: 5 * 60_000,
  slice: 183 * 86_400_000,
  personal: ['assignee', 'formerly'],
  read,
  map: mapWay,
}

/** Pure. */
export function mapWay({ task, made, section, stage, moves }: WayRecord, { home, privacy }: Place): Mapped {
  const { store, timezone } = home
  const row = (id: string, at: string, kind: string, from: string, to: string, stage: string) => {
    const ms = Date.parse(at)
    if (Number.isNaN(ms)) throw new Error(`Task ${task} does not say when it was ${kind}.`)
    const { day, text } = wallClock(timezone, ms)
    return {
      store,
      platform: 'asana',
      task_id: task,
      move_id: id,
      kind,
      from_value: from,
      to_value: to,
      stage,
      happened_at: text,
      day,
    } satisfies CanonicalRow
  }
  const dayOf = (text: string) => (text.includes('T') ? wallClock(timezone, Date.parse(text)).day : text)
  const person = (name: string) => (privacy ? '' : name)
  return {
    rows: {
      task_moves: [
        row('made', made, 'made', '', section, stage),
        ...moves.map(({ id, at, kind, from, to, stage, assignee, formerly }) =>
          kind === 'assignee'
            ? row(id, at, kind, person(formerly), person(assignee), stage)
            : kind === 'due'
              ? row(id, at, kind, dayOf(from), dayOf(to), stage)
              : row(id, at, kind, from, to, stage),
        ),
      ],
    },
  }
}
