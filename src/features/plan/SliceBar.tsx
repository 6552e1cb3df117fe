import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api } from '#features/client.ts'
import { capital } from '#kernel/capital.ts'
import { valueName } from '#kernel/value-names.ts'
import { Narrowing } from '#ui/Narrowing.tsx'
import { NarrowingForm, ValueChoice } from '#ui/NarrowingForm.tsx'
import { useUrl } from '#ui/url.ts'
import { type Slice, sliceText } from './model.ts'

/** What a change is explained by, and narrowed to. */
export const cuts = [
  { value: 'product', label: 'By product' },
  { value: 'category', label: 'By category' },
  { value: 'brand', label: 'By brand' },
  { value: 'country', label: 'By country' },
  { value: 'channel', label: 'By channel' },
  { value: 'store', label: 'By store' },
]

const wordOf = (dimension: string) => {
  const words = cuts.find(one => one.value === dimension)?.label.replace(/^By /, '') ?? dimension
  return capital(words)
}

const memberWord = (dimension: string, member: string) => valueName(dimension, member) || '(not known)'

/** The part of the business a screen is of: chosen here or by a row, widened by a click. Stores are chosen in the top bar. */
export function SliceBar({ slice }: { slice: Slice }) {
  const [, setUrl] = useUrl()
  const set = (next: Slice) => setUrl({ slice: sliceText(next) })
  return (
    <Narrowing
      parts={Object.entries(slice).map(([name, member]) => ({
        words: `${wordOf(name)} is ${memberWord(name, member)}`,
        onRemove: () => {
          const { [name]: _, ...rest } = slice
          set(rest)
        },
      }))}
      onClear={() => set({})}
    >
      {done => (
        <SliceForm
          slice={slice}
          onDone={next => {
            set(next)
            done()
          }}
        />
      )}
    </Narrowing>
  )
}

/** One member of one dimension the screen is not narrowed by yet. */
function SliceForm({ slice, onDone }: { slice: Slice; onDone: (slice: Slice) => void }) {
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus({ preventScroll: true }), [])
  const left = cuts.filter(one => one.value !== 'store' && !(one.value in slice))
  const [dimension, setDimension] = useState(left[0]?.value ?? '')
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const values = useQuery(
    api.performance.values.queryOptions({ input: { dimension, search }, enabled: dimension !== '' }),
  )
  const [member] = chosen
  return (
    <NarrowingForm
      ready={member !== undefined}
      onApply={() => member !== undefined && onDone({ ...slice, [dimension]: member })}
    >
      <Select
        label="Narrow by"
        ref={first}
        data-autofocus
        allowDeselect={false}
        data={left.map(one => ({ value: one.value, label: wordOf(one.value) }))}
        value={dimension}
        onChange={next => {
          setDimension(next ?? '')
          setChosen([])
          setSearch('')
        }}
        comboboxProps={{ withinPortal: false }}
      />
      <ValueChoice
        one
        values={values.data}
        chosen={chosen}
        name={value => memberWord(dimension, value)}
        search={search}
        onSearch={setSearch}
        onChoose={setChosen}
      />
    </NarrowingForm>
  )
}
