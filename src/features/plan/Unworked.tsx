import { useDeferredValue, useMemo } from 'react'
import type { Calculation } from '#kernel/plan/calculate.ts'
import { unworked } from '#kernel/plan/explain.ts'
import { DataTable } from '#ui/DataTable.tsx'
import { useMembers } from './Members.tsx'
import css from './plan.module.css'

/** Lines of a plan that have no figure somewhere: gathered by why, since one empty cell leaves many lines open. */
export function Unworked({ plan, tick }: { plan: Calculation; tick: number }) {
  const named = useMembers()
  // After the edit itself is drawn: every cell may have to be looked at.
  const now = useDeferredValue(tick)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tick says that the plan's figures changed
  const problems = useMemo(() => unworked(plan, named), [plan, now, named])
  if (problems.length === 0) return null
  const label = (name: string) => plan.sheet.lines.find(one => one.name === name)?.label ?? name
  const reasons = [...Map.groupBy(problems, one => one.message)]
  const count = new Set(problems.map(one => one.line)).size
  const broken = problems.some(one => one.kind !== 'missing')
  return (
    <details className={css.unworked} open={broken}>
      <summary>
        {count} {count === 1 ? 'line does not work out' : 'lines do not work out'}
        {broken ? '' : ' yet'}: why
      </summary>
      <DataTable
        caption="Lines that do not work out"
        compact
        maxHeight={240}
        rows={reasons.slice(0, 100)}
        rowKey={([message]) => message}
        columns={[
          {
            key: 'lines',
            label: 'Lines',
            render: ([, those]) => aFew([...new Set(those.map(one => label(one.line)))]),
          },
          { key: 'why', label: 'Why', render: ([message]) => message },
          { key: 'next', label: 'What helps', render: ([, [one]]) => nextOf(one) },
        ]}
      />
    </details>
  )
}

const aFew = (names: readonly string[]) =>
  names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

const nextOf = (one: { kind: string; next?: string } | undefined) =>
  one?.next ?? (one?.kind === 'missing' ? 'Fill it in.' : 'Mend it under Lines and formulas.')
