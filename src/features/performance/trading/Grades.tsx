import { SegmentedControl } from '@mantine/core'
import type { ProductsTold } from '#metrics/assortment/shape.ts'
import { BarList } from '#ui/BarList.tsx'
import { Card } from '#ui/Card.tsx'
import { placeOf, show } from '#ui/number.ts'
import { measureOf } from '../Lens.tsx'
import { type Grade, type Graded, graded, gradeWords } from './model.ts'

/** How many products make how much: the four grades, each a switch that narrows the table. */
export function Grades(props: {
  told: ProductsTold
  gradedBy: Graded
  chosen: Grade | undefined
  onChoose: ((grade: Grade | undefined) => void) | undefined
  onGradedBy: (by: Graded) => void
}) {
  const { told, chosen } = props
  const measure = measureOf(told, props.gradedBy)
  const place = placeOf(
    told.grades.map(one => one.amount),
    measure,
  )
  return (
    <Card
      id="grades"
      title="Grades"
      note={chosen ? `showing ${chosen} only; choose it again for all` : 'of all products, largest first'}
      actions={
        <SegmentedControl
          aria-label="Graded by"
          value={props.gradedBy}
          onChange={value => props.onGradedBy(value as Graded)}
          data={graded.map(value => ({ value, label: value === 'net_sales' ? 'By sales' : 'By margin' }))}
        />
      }
    >
      <BarList
        label="Products by grade"
        {...(props.onChoose && {
          onPick: bar => props.onChoose?.(bar.key === chosen ? undefined : (bar.key as Grade)),
        })}
        bars={told.grades.map(one => ({
          key: one.grade,
          name: `${one.grade} · ${one.products.toLocaleString('en-GB')} ${one.products === 1 ? 'product' : 'products'}${one.grade === 'U' ? ', unsold' : ''}`,
          ...(one.grade !== 'U' && { hint: gradeWords[one.grade] }),
          size: Math.max(0, Number(one.amount)),
          value: show(one.amount, measure, place),
          delta: one.share ? show(one.share, { unit: 'share', currency: null }, 'axis') : '',
        }))}
      />
    </Card>
  )
}
