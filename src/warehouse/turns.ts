/** A question may be overtaken for this many times as long as it takes itself. */
const patience = 20

/** Kinds of question whose length is remembered. */
const mostKinds = 1_000

/**
 * Lets `most` pieces of work go on at once: a crowd's questions are answered one after another by all cores, instead of all
 * late together. Of those that wait, short ones go first, by how long the last of the same `kind` took; the longer one takes,
 * the longer it lets others by, and no longer than `patience` says, so that each has its turn however many come. A kind not
 * seen before goes in order of arrival. `now` is a clock in ms.
 */
export const turns = (most: number, now: () => number = () => performance.now()) => {
  const waiting: { due: number; begin: () => void }[] = []
  const lengths = new Map<string, number>()
  let going = 0
  return async <T>(kind: string, work: () => Promise<T>): Promise<T> => {
    if (going < most) going += 1
    else {
      const due = now() + patience * (lengths.get(kind) ?? 0)
      await new Promise<void>(begin => waiting.push({ due, begin }))
    }
    const begun = now()
    try {
      return await work()
    } finally {
      // Set anew, so that the kind not asked for longest is the first in the map.
      lengths.delete(kind)
      lengths.set(kind, now() - begun)
      const [oldest] = lengths.size > mostKinds ? lengths.keys() : []
      if (oldest !== undefined) lengths.delete(oldest)
      const next = waiting.reduce((first, one, i) => (one.due < (waiting[first]?.due ?? 0) ? i : first), 0)
      const [chosen] = waiting.splice(next, 1)
      if (chosen) chosen.begin()
      else going -= 1
    }
  }
}
