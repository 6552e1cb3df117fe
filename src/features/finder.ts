import { z } from 'zod'
import type { Role } from '#kernel/actor.ts'
import type { Context } from './context.ts'

/** Something that is found by its name, and where one goes to see it. */
export const Found = z.object({
  kind: z.string().describe('What such things are called: Products, Business cases, …'),
  id: z.string().describe('Its id, as other operations take it'),
  label: z.string().describe('What it is called'),
  about: z.string().describe('What tells it from others of its name'),
  path: z.string().describe('Screen that shows it'),
  search: z.record(z.string(), z.string()).describe('What goes with it in the address of that screen'),
})
export type Found = z.output<typeof Found>

/** What a room finds of its own: one kind of thing, for those who may see such things at all. */
export interface Finder {
  kind: string
  /** The least role that sees them; any when absent. */
  role?: Role
  /** They are of the whole company: who sees only some stores sees none of them. */
  whole?: true
  /**
   * Those the actor may see. All of them where they are few: which of them answer to the words, and in which order, is
   * worked out once for every room. A finder of many gives those that have every word. `also` is searched and not shown.
   */
  find(context: Context, words: readonly string[]): Promise<(Omit<Found, 'kind'> & { also?: string })[]>
}
