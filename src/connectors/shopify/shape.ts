import { eachLine } from '../whole-lines.ts'
import { headOf } from './line-head.ts'

/** How the lines of an export belong together. */
export interface Shape {
  /** Type in the gids of the root things. */
  root: string
  /** Name of the list a child goes into, by its type. */
  listOf(typename: string): string
  /** Whether things of a type below the root have children of their own. */
  isMiddle(typename: string): boolean
}

export type Thing = { id?: string; __typename?: string; __parentId?: string; [field: string]: unknown }

/** Lines on their way to be joined. Order does not matter: a child may come long before its parent. */
export interface Joined {
  /** Takes whole lines; gives how many. */
  add(lines: Buffer): Promise<number>
  /** The root things with their children in lists; once all lines are added. */
  all(): AsyncGenerator<Thing>
  /** Removes what was written to disk. */
  close(): Promise<void>
}

/** Beginning of the ids of root things. */
export const rootPrefix = ({ root }: Shape): string => `gid://shopify/${root}/`

/** A line belongs to something that is not there. */
export const lost = (parent: string): Error => new Error(`a line belongs to ${parent}, which is not there`)

/** Where the lines of one root thing stand: its own, and those below it, of which middles come before what is theirs. */
interface Family {
  own: [from: number, end: number] | null
  below: number[]
}

/**
 * The root things of some lines with their children, one after another: only one of them is parsed at a time, so that what
 * was parsed is gone before anything moves it.
 * @throws for a child whose parent is not there.
 */
export function* joined(shape: Shape, bytes: Buffer): Generator<Thing> {
  const prefix = rootPrefix(shape)
  const families = new Map<string, Family>()
  const roots = new Map<string, string>()
  const early: [parent: string, from: number, end: number][] = []
  const familyOf = (id: string): Family => {
    const known = families.get(id)
    if (known) return known
    const made: Family = { own: null, below: [] }
    families.set(id, made)
    return made
  }
  eachLine(bytes, (from, end) => {
    const { id, parent, typename } = headOf(bytes, from, end)
    if (parent === null) {
      familyOf(id).own = [from, end]
      return
    }
    const root = parent.startsWith(prefix) ? parent : roots.get(parent)
    if (root === undefined) {
      early.push([parent, from, end])
      return
    }
    familyOf(root).below.push(from, end)
    if (root === parent && shape.isMiddle(typename)) roots.set(id, root)
  })
  for (const [parent, from, end] of early) {
    const root = roots.get(parent)
    if (root === undefined) throw lost(parent)
    familyOf(root).below.push(from, end)
  }
  for (const [id, { own }] of families) if (!own) throw lost(id)
  const read = (from = 0, end = 0) => JSON.parse(bytes.toString('utf8', from, end)) as Thing
  for (const [id, { own, below }] of families) {
    const root = read(...(own ?? []))
    const middles = new Map<string, Thing>()
    for (let at = 0; at < below.length; at += 2) {
      const one = read(below[at], below[at + 1])
      const parent = one.__parentId === id ? root : middles.get(one.__parentId ?? '')
      if (!parent) throw lost(one.__parentId ?? '')
      const list = shape.listOf(one.__typename ?? '')
      const known = parent[list] as Thing[] | undefined
      if (known) known.push(one)
      else parent[list] = [one]
      if (parent === root && one.id && shape.isMiddle(one.__typename ?? '')) middles.set(one.id, one)
    }
    yield root
  }
}
