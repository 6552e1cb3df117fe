/** Which version one means by "against". */

interface Candidate {
  id: string
  kind: string
  state: string
  basedOn: string | null
  /** First and last day it plans. */
  from: string
  to: string
}

/**
 * The version another is held against where nobody names one: of those that plan days of it too, the one it was made from,
 * else the budget that is agreed, else a reforecast, else the first there is. None where no other plans the same days.
 * @param all in the order of which was changed last
 */
export function versionBeside<T extends Candidate>(version: T, all: readonly T[]): T | undefined {
  const others = all.filter(one => one.id !== version.id && one.from <= version.to && one.to >= version.from)
  const agreed = (one: T) => one.state === 'approved' || one.state === 'locked'
  return (
    others.find(one => one.id === version.basedOn) ??
    others.find(one => one.kind === 'budget' && agreed(one)) ??
    others.find(one => one.kind === 'le') ??
    others[0]
  )
}
