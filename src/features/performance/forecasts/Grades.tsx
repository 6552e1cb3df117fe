import { Hint } from '#ui/Hint.tsx'
import { Scroll } from '#ui/Scroll.tsx'
import css from './grades.module.css'
import { gradeWords, madeWords } from './model.ts'
import type { ForecastTold } from './shape.ts'

/** What says how good a forecast has been, behind a few words: a line for each time ahead. */
export function Grades({ of }: { of: Pick<ForecastTold, 'grades' | 'forecasts' | 'hindsight'> }) {
  if (of.grades.length === 0) return null
  return (
    <Hint width="min(560px, calc(100vw - 24px))" about={<GradeTable of={of} />}>
      How good, by how far ahead
    </Hint>
  )
}

function GradeTable({ of }: { of: Pick<ForecastTold, 'grades' | 'forecasts' | 'hindsight'> }) {
  return (
    <div className={css.grades}>
      <Scroll label="How good earlier forecasts were, by how far ahead">
        <table>
          <caption className="sr-only">How good earlier forecasts were, by how far ahead</caption>
          <thead>
            <tr>
              <th scope="col">Days forecast</th>
              <th scope="col">Off by</th>
              <th scope="col">Copying last week</th>
              <th scope="col">In all</th>
              <th scope="col">In the 80 % range</th>
              <th scope="col">In the 95 % range</th>
            </tr>
          </thead>
          <tbody>
            {gradeWords(of.grades).map(one => (
              <tr key={one.ahead}>
                <th scope="row">
                  {one.ahead} <span>{one.days} days</span>
                </th>
                <td>{one.off}</td>
                <td>{one.copying}</td>
                <td>{one.lean}</td>
                <td>{one.held80}</td>
                <td>{one.held95}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p>
        Off by: how far days were from their forecast, added up, of what they brought (WAPE). In all: too much
        or too little once they are added up (bias). A range is good where about as many days fell into it as
        it says.
      </p>
      <p>{madeWords(of)}; only days that are over.</p>
    </div>
  )
}
