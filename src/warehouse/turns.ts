export interface Turns {
  /** Pieces of work that go on at once; the others wait in order of arrival. */
  most: number
  /** How long nobody must have waited before the crowd is over, in ms. */
  calm?: number
  /** Hears when a crowd begins (work waits) and when it is over. */
  onCrowd?: (crowded: boolean) => Promise<unknown>
}

/**
 * Lets `most` pieces of work go on at once, the others in order of arrival. A crowd's questions are answered one after
 * another by all cores, instead of all late together.
 */
export const turns = ({ most, calm = 2_000, onCrowd }: Turns) => {
  const waiting: (() => void)[] = []
  let going = 0
  let crowded = false
  let told: Promise<unknown> = Promise.resolve()
  let over: NodeJS.Timeout | undefined
  const tell = (now: boolean) => {
    if (crowded === now) return
    crowded = now
    // One after another, so that the last word is what holds; how fast work goes is no reason for it to fail.
    told = told.then(() => onCrowd?.(now)).catch(() => undefined)
  }
  const waited = () => {
    if (!onCrowd) return
    tell(true)
    clearTimeout(over)
    over = setTimeout(() => (waiting.length > 0 ? waited() : tell(false)), calm)
    over.unref()
  }
  return {
    async take<T>(work: () => Promise<T>): Promise<T> {
      if (going < most) going += 1
      else {
        waited()
        await new Promise<void>(resolve => waiting.push(resolve))
      }
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else going -= 1
      }
    },
    /** Nobody is told anything more; settled when what was told is done. */
    close: async () => {
      clearTimeout(over)
      await told
    },
  }
}
