import type { Automatic } from './automatic.ts'
import type { Calendar, Driver } from './effects.ts'
import { at } from './numbers.ts'

/** What became of a driver that was offered. */
export interface DriverTried {
  name: string
  used: boolean
  /** In words, a sentence. */
  why: string
}

/** Fewest trials that knew what was planned, and by how much of the error they must do better with it. */
const [fewest, better] = [3, 0.02]

/**
 * Takes in those of the calendar's drivers, one after another, with which the trials err less: foretold by what was planned
 * for their days, never by what came. A driver no trial can be held to is left out. `place` is where a value of the trials
 * lies in the series.
 */
export function chooseDrivers(
  make: (calendar: Calendar | undefined) => Automatic,
  calendar: Calendar | undefined,
  place: (t: number) => number,
): { made: Automatic; drivers: DriverTried[] } {
  const { drivers: offered = [], ...rest } = calendar ?? {}
  if (offered.length === 0) return { made: make(calendar), drivers: [] }
  let taken: Driver[] = []
  let made = make(rest)
  const drivers = offered.map((driver): DriverTried => {
    const { name, planned } = driver
    const isTold = ({ origin, actual }: Automatic['trials'][number]) =>
      actual.every((_, h) => planned === undefined || planned[place(origin + h)] != null)
    const told = new Set(made.trials.filter(isTold).map(trial => trial.origin))
    if (told.size < fewest)
      return {
        name,
        used: false,
        why: `${name} is left out: ${planned ? 'its plans do not reach far enough back' : 'there are too few values'} to see whether they help.`,
      }
    const tried = make({ ...rest, drivers: [...taken, driver] })
    const gain = 1 - erred(tried, told) / erred(made, told)
    // Nothing to do better on is nothing done better.
    if (!(gain >= better))
      return { name, used: false, why: `${name} is left out: in ${told.size} backtests it did not help.` }
    taken = [...taken, driver]
    made = tried
    const percent = Math.round(100 * gain)
    return {
      name,
      used: true,
      why: `${name} is taken in: in ${told.size} backtests it made the error ${percent} % smaller.`,
    }
  })
  return { made, drivers }
}

/** Sum of absolute errors over the trials of these origins. */
const erred = ({ trials }: Automatic, origins: ReadonlySet<number>): number =>
  trials
    .filter(({ origin }) => origins.has(origin))
    .reduce(
      (sum, { actual, own }) =>
        sum + actual.reduce((part, value, h) => part + Math.abs(value - at(own, h)), 0),
      0,
    )
