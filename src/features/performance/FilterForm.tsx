import { SegmentedControl, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api } from '#features/client.ts'
import { valueName } from '#kernel/value-names.ts'
import { NarrowingForm, ValueChoice } from '#ui/NarrowingForm.tsx'
import type { Lens } from './Lens.tsx'
import { type Filter, named } from './model.ts'

/** What to narrow the figures by: a dimension's values, or, of the figures in `only`, how much. */
export function FilterForm(props: {
  lens: Lens
  only?: readonly string[]
  onDone: (filter: Filter) => void
}) {
  const { lens } = props
  const first = useRef<HTMLInputElement>(null)
  // The form may come later than what it opens in, which looks once for what to begin with.
  useEffect(() => first.current?.focus({ preventScroll: true }), [])
  const [name, setName] = useState(lens.dimensions[0]?.name ?? '')
  const [how, setHow] = useState('is')
  const [chosen, setChosen] = useState<string[]>([])
  const [text, setText] = useState('')
  const [search, setSearch] = useState('')
  const onMetric = lens.metrics.some(one => one.name === name)
  const values = useQuery(
    api.performance.values.queryOptions({
      input: { dimension: name, search },
      enabled: !onMetric && name !== '' && how !== 'contains',
    }),
  )
  const number = Number(text)
  const filter: Filter | null = onMetric
    ? text !== '' && Number.isFinite(number)
      ? { metric: name, [how === 'under' ? 'under' : 'over']: number }
      : null
    : how === 'contains'
      ? text
        ? { dimension: name, contains: text }
        : null
      : chosen.length
        ? { dimension: name, [how]: chosen }
        : null
  return (
    <NarrowingForm ready={filter !== null} onApply={() => filter && props.onDone(filter)}>
      <Select
        label="Narrow by"
        ref={first}
        data-autofocus
        searchable
        value={name}
        onChange={next => {
          const metric = lens.metrics.some(one => one.name === next)
          setName(next ?? '')
          setHow(metric ? 'over' : 'is')
          setChosen([])
          setText('')
        }}
        data={[
          { group: 'What it is', items: lens.dimensions.map(one => ({ value: one.name, label: one.label })) },
          ...(props.only?.length
            ? [
                {
                  group: 'How much it is',
                  items: props.only.map(one => ({ value: one, label: lens.label(one) })),
                },
              ]
            : []),
        ]}
        comboboxProps={{ withinPortal: false }}
      />
      <SegmentedControl
        fullWidth
        aria-label="How"
        value={how}
        onChange={setHow}
        data={
          onMetric
            ? [
                { value: 'over', label: 'over' },
                { value: 'under', label: 'under' },
              ]
            : [
                { value: 'is', label: 'is' },
                { value: 'not', label: 'is not' },
                { value: 'contains', label: 'contains' },
              ]
        }
      />
      {onMetric || how === 'contains' ? (
        <TextInput
          aria-label={onMetric ? 'Amount' : 'Text'}
          inputMode={onMetric ? 'decimal' : 'text'}
          value={text}
          onChange={event => setText(event.currentTarget.value)}
        />
      ) : (
        <ValueChoice
          values={values.data}
          chosen={chosen}
          name={value => named(valueName(name, value, lens.stores))}
          search={search}
          onSearch={setSearch}
          onChoose={setChosen}
        />
      )}
    </NarrowingForm>
  )
}
