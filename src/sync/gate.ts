/** Keeps two kinds of work apart: what takes out stored rows to make them anew, and who copies what is stored. */
export interface Gate {
  /** Work that others of its kind may go on beside, while nobody copies. */
  pass<T>(work: () => Promise<T>): Promise<T>
  /** Begins when what had passed has ended; others wait for its end. */
  shut<T>(work: () => Promise<T>): Promise<T>
}

/** An open gate. */
export const createGate = (): Gate => {
  const underway = new Set<Promise<unknown>>()
  let shut: Promise<unknown> | null = null
  const settled = async (works: Iterable<Promise<unknown>>) => void (await Promise.allSettled(works))
  // Waited for in place: between the look that finds it open and going through it nobody else may come.
  return {
    async pass(work) {
      while (shut) await settled([shut])
      const done = work()
      underway.add(done)
      try {
        return await done
      } finally {
        underway.delete(done)
      }
    },
    async shut(work) {
      while (shut) await settled([shut])
      const done = settled([...underway]).then(work)
      shut = done
      try {
        return await done
      } finally {
        shut = null
      }
    },
  }
}
