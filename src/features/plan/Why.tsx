import type { Calculation } from '#kernel/plan/calculate.ts'
import { explain } from '#kernel/plan/explain.ts'
import type { GridRow } from '#kernel/plan/spread.ts'
import { Card } from '#ui/Card.tsx'
import { useMembers } from './Members.tsx'
import { shownCell } from './model.ts'
import css from './plan.module.css'

/** Under the grid: what the chosen cell is made of, in words, and what it lacks. */
export function Why({
  plan,
  row,
  period,
}: {
  plan: Calculation
  row: GridRow
  period: string
  tick: number
}) {
  const { line } = row
  const named = useMembers()
  const problem = plan.problems.find(one => one.line === line.name)
  const slice = line.over.map(name => row.members[name])
  const told = slice.every(member => member != null)
    ? explain(plan, { line: line.name, slice: slice as string[], period }, named)
    : null
  const label = plan.sheet.periods.find(one => one.key === period)?.label ?? period
  const unitOf = (name: string) => plan.sheet.lines.find(one => one.name === name)?.unit ?? ''
  const parts = slice.flatMap(member => (member ? [named(member)] : []))
  return (
    <Card title={[line.label, ...parts, label].join(', ')} note={unitWords(line.unit, plan.sheet.currency)}>
      <div className={css.explain}>
        {line.layering && <p>{line.layering}.</p>}
        {line.formula !== null && <p>= {signs(told?.formula ?? line.formula)}</p>}
        {told && told.inputs.length > 0 && (
          <p>
            {told.inputs
              .map(
                one =>
                  `${one.label} ${one.value === null ? 'N/A' : shownCell(one.value, unitOf(one.line))} (${one.periods})`,
              )
              .join(' · ')}
          </p>
        )}
        {told?.missing && <p>{told.missing}</p>}
        {problem && (
          <p>
            {problem.message} {problem.next}
          </p>
        )}
        {line.case && <p>{line.note}: it is changed there, and leaves the plan with its approval.</p>}
        {line.formula === null && !line.case && !row.total && !told?.missing && (
          <p>Filled in by hand or from actuals.</p>
        )}
        {row.total && <p>{totalWords[line.roll]}</p>}
      </div>
    </Card>
  )
}

/** A formula with the signs people write, not those they type. */
const signs = (formula: string): string =>
  formula
    .replaceAll(' * ', ' × ')
    .replaceAll(' / ', ' ÷ ')
    .replace(/(^|[\s(])-/g, '$1−')

/** A unit as people say it: "GBP per order", "share", "orders per session". */
const unitWords = (unit: string, currency: string): string => {
  const [over = '', under] = unit.split('/').map(part => part.trim().replace('_', ' '))
  const above = over === 'money' ? currency : over
  return under ? `${above} per ${under.replace(/s$/, '')}` : above
}

const totalWords: Record<GridRow['line']['roll'], string> = {
  sum: 'Added up over what is below it. Type a total above and spread it down.',
  last: 'Added up over what is below it; over time, the last.',
  ratio: 'Worked out again from added-up inputs: a ratio of sums.',
  weighted: 'Weighted by what it is a rate of.',
  none: 'Has no total.',
}
