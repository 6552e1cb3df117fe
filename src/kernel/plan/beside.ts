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

/** The version one means where nobody names one: the one changed last that is no scenario, else the one changed last. */
export const versionMeant = <T extends Pick<Candidate, 'kind'>>(all: readonly T[]): T | undefined =>
  all.find(one => one.kind !== 'scenario') ?? all[0]

/** Agreed versions figures of some days are held against: the budget and the latest reforecast first, two at most. */
export function versionsAgainst<T extends Candidate>(
  all: readonly T[],
  days: { from: string; to: string },
): T[] {
  const agreed = all.filter(
    one => (one.state === 'approved' || one.state === 'locked') && one.from <= days.to && one.to >= days.from,
  )
  const first = ['budget', 'le'].flatMap(kind => agreed.find(one => one.kind === kind) ?? [])
  return [...first, ...agreed.filter(one => !first.includes(one))].slice(0, 2)
}
