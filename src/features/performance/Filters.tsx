import { IconFilter, IconX } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { Popup } from '#ui/Popup.tsx'
import { Skeleton } from '#ui/State.tsx'
import type { Lens } from './Lens.tsx'
import { filterWords } from './model.ts'
import css from './performance.module.css'

const FilterForm = lazy(() => import('./FilterForm.tsx').then(module => ({ default: module.FilterForm })))

/** What the figures are narrowed to, each part removable, and the way to add one (`/`). */
export function Filters({ lens, only }: { lens: Lens; only?: readonly string[] }) {
  const [adding, setAdding] = useState(false)
  return (
    <div className={css.filters}>
      {lens.filters.map((filter, n) => {
        const words = filterWords(filter, lens.label, lens.stores)
        return (
          <span key={words} className={css.chip}>
            {words}
            <button
              type="button"
              aria-label={`Remove: ${words}`}
              className="no-print"
              onClick={() => lens.setFilters(lens.filters.filter((_, m) => m !== n))}
            >
              <IconX size={12} stroke={2} aria-hidden="true" />
            </button>
          </span>
        )
      })}
      <Popup
        opened={adding}
        onChange={setAdding}
        position="bottom-start"
        trapFocus
        width={320}
        button={opener => (
          <button type="button" data-filter className={`${css.add} no-print`} {...opener}>
            <IconFilter size={13} stroke={1.7} aria-hidden="true" />
            {lens.filters.length ? 'Add' : 'Filter'}
          </button>
        )}
      >
        {adding && (
          <Suspense fallback={<Skeleton height={180} />}>
            <FilterForm
              lens={lens}
              only={only}
              onDone={filter => {
                lens.setFilters([...lens.filters, filter])
                setAdding(false)
              }}
            />
          </Suspense>
        )}
      </Popup>
      {lens.filters.length > 1 && (
        <button type="button" className={`${css.clear} no-print`} onClick={() => lens.setFilters([])}>
          Clear all
        </button>
      )}
    </div>
  )
}
