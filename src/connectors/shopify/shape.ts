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
  add(line: string): Promise<void> | void
  /** The root things with their children in lists; once all lines are added. */
  all(): AsyncGenerator<Thing>
  /** Removes what was written to disk. */
  close(): Promise<void>
}

/** Puts children into their parents and gives those that have none. @throws for a child whose parent is not there. */
export function joined(shape: Shape, things: readonly Thing[]): Thing[] {
  const byId = new Map<string, Thing>()
  for (const one of things) if (one.id && !isLeaf(shape, one)) byId.set(one.id, one)
  const roots: Thing[] = []
  for (const one of things) {
    const parentId = one.__parentId
    if (parentId === undefined) {
      roots.push(one)
      continue
    }
    const parent = byId.get(parentId)
    if (!parent) throw new Error(`a line belongs to ${parentId}, which is not there`)
    const list = shape.listOf(one.__typename ?? '')
    const own = (parent[list] as Thing[] | undefined) ?? []
    own.push(one)
    parent[list] = own
  }
  return roots
}

const isLeaf = (shape: Shape, one: Thing): boolean =>
  one.__parentId !== undefined && !shape.isMiddle(one.__typename ?? '')
