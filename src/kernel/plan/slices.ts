import { invalid } from '../error.ts'
import type { Line, Sheet, SheetDimension } from './sheet.ts'

/** The slices of a line: one member of each of its dimensions, the last dimension running fastest. */
export interface Slices {
  count: number
  /** Members of the slice at a position. */
  members(at: number): string[]
  /** Position of members. @throws Failure('invalid') naming the member that is not there. */
  find(members: readonly string[]): number
}

const dimension = (sheet: Sheet, name: string): SheetDimension =>
  sheet.dimensions.find(one => one.name === name) ?? { name, label: name, members: [] }

export function slicesOf(sheet: Sheet, line: Pick<Line, 'over' | 'label'>): Slices {
  const dimensions = line.over.map(name => dimension(sheet, name))
  const places = dimensions.map(one => new Map(one.members.map((member, at) => [member, at])))
  return {
    count: dimensions.reduce((all, one) => all * one.members.length, 1),
    members: at => {
      const found: string[] = []
      let rest = at
      for (const { members } of dimensions.toReversed()) {
        found.unshift(members[rest % members.length] ?? '')
        rest = Math.floor(rest / members.length)
      }
      return found
    },
    find: members => {
      if (members.length !== dimensions.length)
        throw invalid(
          `${line.label} is by ${dimensions.map(one => one.label).join(', ') || 'nothing'}; ${members.length} ${members.length === 1 ? 'value was' : 'values were'} given.`,
          `Give one of each: ${dimensions.map(one => `${one.name} (${one.members.slice(0, 3).join(', ')}…)`).join(', ') || 'an empty list'}.`,
        )
      return members.reduce((at, member, index) => {
        const own = places[index]?.get(member)
        const { label, members: known } = dimensions[index] as SheetDimension
        if (own === undefined)
          throw invalid(`"${member}" is no ${label} of this plan.`, `It has ${known.slice(0, 8).join(', ')}.`)
        return at * known.length + own
      }, 0)
    },
  }
}

/** Slices over some dimensions gathered into slices over others: `group` gives each slice's group. */
export interface Across {
  count: number
  group: Int32Array
}

/** `keep` must be among `over`, in any order; groups run in the order of `keep`. */
export function across(sheet: Sheet, over: readonly string[], keep: readonly string[]): Across {
  const sizes = over.map(name => dimension(sheet, name).members.length)
  const total = sizes.reduce((all, size) => all * size, 1)
  const group = new Int32Array(total)
  let count = 1
  for (const name of keep) {
    const at = over.indexOf(name)
    const size = sizes[at] as number
    const stride = sizes.slice(at + 1).reduce((all, one) => all * one, 1)
    for (let slice = 0; slice < total; slice += 1)
      group[slice] = (group[slice] as number) * size + (Math.floor(slice / stride) % size)
    count *= size
  }
  return { count, group }
}
