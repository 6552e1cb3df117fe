import { addDays, type Day, dayNumber, daysBetween } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { type Draw, draw } from './draw.ts'
import { instant, localDay } from './stores.ts'
import {
  doneSection,
  ideas,
  type Platform,
  type Project,
  platforms,
  projectsOf,
  team,
  workLabels,
} from './work-plan.ts'

/** What a task says of itself. */
export interface WorkState {
  name: string
  notes: string
  section: string
  /** Name of one of the team; '' for nobody. */
  assignee: string
  due: Day | null
  done: boolean
  /** Put away by hand; a task of a project that was put away is told by its project. */
  archived: boolean
  labels: readonly string[]
  /** Custom fields by name: numbers, choices, days and text. */
  fields: Readonly<Record<string, string | number>>
}
export interface WorkChange {
  /** ms UTC. */
  at: number
  by: string
  set: Partial<WorkState>
}
interface WorkComment {
  at: number
  by: string
  text: string
}
/** A task or card with everything that ever happens to it. `workSeen` shows what is visible at an instant. */
export interface WorkTask {
  platform: Platform
  /** From 1, in order of making within the platform. */
  number: number
  project: string
  /** A second project it is in as well, '' for none. */
  also: string
  /** Number of the task it is a part of; null for one that stands alone. */
  parent: number | null
  /** In order of time; the first makes it. */
  changes: readonly WorkChange[]
  comments: readonly WorkComment[]
  deletedAt: number | null
}
export interface WorkSeen {
  task: WorkTask
  state: WorkState
  createdAt: number
  /** When it last changed or was spoken of. */
  changedAt: number
  /** Since when it has been done without a break; null where it is not. */
  doneAt: number | null
}

/** The team's clock: what it calls a day. */
export const workZone = 'Europe/London'
/** How far beyond the history people go on working. */
const ahead = 400

export const blank: WorkState = {
  name: '',
  notes: '',
  section: '',
  assignee: '',
  due: null,
  done: false,
  archived: false,
  labels: [],
  fields: {},
}

const known = new WeakMap<Company, Readonly<Record<Platform, readonly WorkTask[]>>>()

/** Every task there ever is. A team of six makes some hundreds a year whatever the trade's size, so they are kept. */
export function workOf(company: Company): Readonly<Record<Platform, readonly WorkTask[]>> {
  const found = known.get(company)
  if (found) return found
  const made = {
    asana: numbered([...initiatives(company), ...daily(company, 'asana')]),
    trello: numbered([...daily(company, 'trello')]),
  }
  known.set(company, made)
  return made
}

/** A task with its parts, before it has a number. */
type Plan = Omit<WorkTask, 'number' | 'parent'> & { parts: Omit<WorkTask, 'number' | 'parent'>[] }

function numbered(plans: Plan[]): WorkTask[] {
  plans.sort((a, b) => (a.changes[0]?.at ?? 0) - (b.changes[0]?.at ?? 0))
  const all: WorkTask[] = []
  for (const { parts, ...plan } of plans) {
    const number = all.length + 1
    all.push({ ...plan, number, parent: null })
    for (const part of parts) all.push({ ...part, number: all.length + 1, parent: number })
  }
  return all
}

const time = (day: Day, share: number) => instant(workZone, day, share)

/** The two initiatives whose effect can be found in trade, done on the day they went live. */
function* initiatives(company: Company): Generator<Plan> {
  const { initiativeWorked, initiativeFailed } = company.facts
  for (const [index, { day, store, name }] of [initiativeWorked, initiativeFailed].entries()) {
    const first = [addDays(day, -35), company.start].sort().at(-1) ?? day
    const by = team[index] ?? team[0]
    const fields = { Store: store, 'Go live': day, Uplift: index === 0 ? 8 : 5, Effort: 'L' }
    const made = { at: time(first, 0.4), by }
    const live = { at: time(day, 0.45), by }
    const steps = ['Design', 'Build', 'Test with customers', 'Go live']
    yield {
      platform: 'asana',
      project: 'Growth 2026',
      also: index === 1 ? 'Site' : '',
      changes: [
        {
          ...made,
          set: {
            ...blank,
            name,
            section: 'Backlog',
            notes: 'Business case attached.',
            assignee: by,
            fields,
            due: day,
          },
        },
        ...(time(first, 0.6) < live.at ? [{ at: time(first, 0.6), by, set: { section: 'Doing' } }] : []),
        { ...live, set: { section: 'Live', done: true } },
      ],
      comments: [{ at: live.at + 60_000, by, text: 'Live for everyone.' }],
      deletedAt: null,
      parts: steps.map((step, nth) => {
        const at = Math.floor((made.at + ((live.at - made.at) * (nth + 1)) / steps.length) / 1000) * 1000
        return {
          platform: 'asana',
          project: 'Growth 2026',
          also: '',
          changes: [
            {
              ...made,
              set: { ...blank, name: `${step}: ${name}`, assignee: team[(index + nth) % team.length] ?? by },
            },
            { at, by, set: { done: true } },
          ],
          comments: [],
          deletedAt: null,
        }
      }),
    }
  }
}

/** What comes up on working days. */
function* daily(company: Company, platform: Platform): Generator<Plan> {
  const index = platforms.indexOf(platform)
  const usual = [1.1, 1.4][index] ?? 0
  for (const day of daysBetween(company.start, addDays(company.until, ahead))) {
    // Day 0 of the count was a Thursday.
    if ((dayNumber(day) + 4) % 7 === 0 || (dayNumber(day) + 4) % 7 === 6) continue
    const chance = draw(company.seed, 601, index, dayNumber(day))
    const count = chance.poisson(usual)
    for (let n = 0; n < count; n++) {
      const own = draw(company.seed, 602, index, dayNumber(day), n)
      const open = projectsOf(company, platform).filter(
        one => one.until === null || one.until > addDays(day, 1),
      )
      const project = open[own.below(open.length)]
      if (!project) continue
      // What is put off is drawn apart: it moves nothing else.
      const rest = draw(company.seed, 603, index, dayNumber(day), n)
      yield usualTask(company, platform, project, day, own, rest)
    }
  }
}

/** One that goes its way through the sections, is put off, renamed, handed over, taken up again, put away or deleted. */
function usualTask(
  company: Company,
  platform: Platform,
  project: Project,
  day: Day,
  own: Draw,
  rest: Draw,
): Plan {
  const names = project.sections
  const by = own.pick(team)
  const shop = own.pick(company.shops)
  const name = `${own.pick(ideas[platform])} ${shop.name.split(' ')[1]}`
  const due = own.chance(0.7) ? addDays(day, 2 + own.below(25)) : null
  const fields: Record<string, string | number> = {
    ...(own.chance(0.7) && { Store: shop.store }),
    ...(own.chance(0.6) && { Uplift: Math.round(own.between(0.5, 12) * 10) / 10 }),
    ...(own.chance(0.6) && { Effort: own.pick(['S', 'M', 'L'] as const) }),
  }
  const some = workLabels.filter(() => own.chance(0.2))
  const changes: WorkChange[] = [
    {
      at: time(day, own.between(0.36, 0.7)),
      by,
      set: {
        ...blank,
        name,
        notes: own.chance(0.4) ? 'As spoken of on Monday.\nSee the sheet.' : '',
        section: names[own.chance(0.3) ? 1 : 0] ?? '',
        assignee: own.chance(0.75) ? own.pick(team) : '',
        due,
        labels: platform === 'trello' ? some : [],
        fields,
      },
    },
  ]
  let at = changes[0]?.at ?? 0
  const later = (days: number, set: Partial<WorkState>) => {
    at += Math.floor(own.between(0.2, days) * 86_400) * 1000
    changes.push({ at, by: own.pick(team), set })
  }
  if (own.chance(0.3)) later(6, { due: addDays(day, 10 + own.below(40)) })
  if (own.chance(0.15)) later(5, { name: `${name}, again` })
  if (own.chance(0.8)) later(9, { section: names[2] ?? '', assignee: own.pick(team) })
  const finished = doneSection(project)
  const done = own.chance(0.78)
  if (done) {
    later(15, { section: finished, done: true })
    if (own.chance(0.06)) {
      later(3, { section: names[2] ?? '', done: false })
      later(9, { section: finished, done: true })
    }
    if (own.chance(0.1)) later(20, { fields: { ...fields, Uplift: Math.round(own.between(0, 9) * 10) / 10 } })
  }
  if (platform === 'trello' && own.chance(done ? 0.5 : 0.15)) later(40, { archived: true })
  const gone = own.chance(0.05)
  const last = at
  // The rest takes long, and little is never done; nobody works on in a project that was put away.
  const end = addDays(project.until ?? addDays(company.until, ahead), -1)
  const finish = at + Math.floor(rest.between(0.2, 150) * 86_400) * 1000
  if (!done && !changes.at(-1)?.set.archived && rest.chance(0.9) && localDay(workZone, finish) < end)
    changes.push({ at: finish, by: rest.pick(team), set: { section: finished, done: true } })
  const parts =
    platform === 'asana' && own.chance(0.2)
      ? Array.from({ length: 1 + own.below(3) }, (_, nth) => {
          const made = (changes[0]?.at ?? 0) + (nth + 1) * 1000
          return {
            platform,
            project: project.name,
            also: '',
            changes: [
              { at: made, by, set: { ...blank, name: `Step ${nth + 1}: ${name}`, assignee: own.pick(team) } },
              // What is left for long is done at last.
              ...(own.chance(0.7)
                ? [{ at: made + Math.floor(own.between(1, 20) * 86_400) * 1000, by, set: { done: true } }]
                : [
                    { at: made + Math.floor(rest.between(20, 90) * 86_400) * 1000, by, set: { done: true } },
                  ].filter(change => localDay(workZone, change.at) < end)),
            ],
            comments: [],
            deletedAt: null,
          }
        })
      : []
  return {
    platform,
    project: project.name,
    also: platform === 'asana' && project.name === 'Growth 2026' && own.chance(0.1) ? 'Peak' : '',
    changes: putOff(changes, end, rest),
    comments: own.chance(0.3)
      ? [{ at: last + 3_600_000, by: own.pick(team), text: 'Numbers look right.' }]
      : [],
    deletedAt: gone ? last + (1 + own.below(60)) * 86_400_000 : null,
    parts,
  }
}

/**
 * The same with what is not done by its day put off to a later one: at times on the day itself, mostly once it has been
 * late for some. Nobody leaves a board on which most is late.
 */
function putOff(changes: readonly WorkChange[], end: Day, chance: Draw): WorkChange[] {
  const all: WorkChange[] = []
  let state = blank
  for (const [n, change] of changes.entries()) {
    all.push(change)
    state = { ...state, ...change.set }
    const next = changes[n + 1]?.at ?? Number.POSITIVE_INFINITY
    while (state.due !== null && !state.done && !state.archived) {
      const seen = chance.chance(0.3) ? state.due : addDays(state.due, 1 + chance.below(18))
      const at = Math.max(time(seen, chance.between(0.36, 0.7)), (all.at(-1)?.at ?? 0) + 60_000)
      const day = localDay(workZone, at)
      if (at >= next || day > end) break
      state = { ...state, due: addDays(day, 5 + chance.below(21)) }
      all.push({ at, by: chance.pick(team), set: { due: state.due } })
    }
  }
  return all
}

/** What is visible of a task at an instant; null before it is made and once it is deleted. */
export function workSeen(task: WorkTask, at: number): WorkSeen | null {
  const [made] = task.changes
  if (!made || made.at > at || (task.deletedAt !== null && task.deletedAt <= at)) return null
  let state = blank
  let changedAt = made.at
  let doneAt: number | null = null
  for (const change of task.changes) {
    if (change.at > at) continue
    if (change.set.done === true && !state.done) doneAt = change.at
    if (change.set.done === false) doneAt = null
    state = { ...state, ...change.set }
    changedAt = change.at
  }
  for (const comment of task.comments) if (comment.at <= at) changedAt = Math.max(changedAt, comment.at)
  return { task, state, createdAt: made.at, changedAt, doneAt }
}
