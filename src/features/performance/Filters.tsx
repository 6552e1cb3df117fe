import { later } from '#ui/Later.tsx'
import { Narrowing } from '#ui/Narrowing.tsx'
import { Skeleton } from '#ui/State.tsx'
import { type Lens, useTitles } from './Lens.tsx'
import { filterWords } from './model.ts'

const FilterForm = later(
  () => import('./FilterForm.tsx').then(module => module.FilterForm),
  <Skeleton height={180} />,
)

/** What the figures are narrowed to, each part removable, and the way to add one. */
export function Filters({ lens, only }: { lens: Lens; only?: readonly string[] }) {
  // Somebody is known by name, not by number.
  const people = lens.filters.find(
    one => 'dimension' in one && (one.dimension === 'customer' || one.dimension === 'account') && one.is,
  )
  const who = people && 'dimension' in people ? people : undefined
  const called = useTitles(lens, who?.dimension, who?.is ?? [])
  return (
    <Narrowing
      parts={lens.filters.map((filter, n) => ({
        words: filterWords(filter, lens.label, lens.stores, filter === people ? called : undefined),
        onRemove: () => lens.setFilters(lens.filters.filter((_, m) => m !== n)),
      }))}
      onClear={() => lens.setFilters([])}
    >
      {done => (
        <FilterForm
          lens={lens}
          only={only}
          onDone={filter => {
            lens.setFilters([...lens.filters, filter])
            done()
          }}
        />
      )}
    </Narrowing>
  )
}
