import { Button, Popover, SegmentedControl, Select, TextInput } from '@mantine/core'
import { IconFilter, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '#features/client.ts'
import { Row } from '#ui/Page.tsx'
import type { Lens } from './Lens.tsx'
import { type Filter, filterWords, named } from './model.ts'
import css from './performance.module.css'

/** What the figures are narrowed to, each part removable, and the way to add one (`/`). */
export function Filters({ lens, only }: { lens: Lens; only?: readonly string[] }) {
  const [adding, setAdding] = useState(false)
  return (
    <div className={css.filters}>
      {lens.filters.map((filter, n) => {
        const words = filterWords(filter, lens.label)
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
      <Popover opened={adding} onChange={setAdding} position="bottom-start" trapFocus returnFocus width={320}>
        <Popover.Target>
          <button
            type="button"
            data-filter
            className={`${css.add} no-print`}
            aria-expanded={adding}
            onClick={() => setAdding(!adding)}
          >
            <IconFilter size={13} stroke={1.7} aria-hidden="true" />
            {lens.filters.length ? 'Add' : 'Filter'}
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          {adding && (
            <FilterForm
              lens={lens}
              only={only}
              onDone={filter => {
                lens.setFilters([...lens.filters, filter])
                setAdding(false)
              }}
            />
          )}
        </Popover.Dropdown>
      </Popover>
      {lens.filters.length > 1 && (
        <button type="button" className={`${css.clear} no-print`} onClick={() => lens.setFilters([])}>
          Clear all
        </button>
      )}
    </div>
  )
}

function FilterForm(props: { lens: Lens; only?: readonly string[]; onDone: (filter: Filter) => void }) {
  const { lens } = props
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
    <form
      className={css.form}
      onSubmit={event => {
        event.preventDefault()
        if (filter) props.onDone(filter)
      }}
    >
      <Select
        label="Narrow by"
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
        <>
          <TextInput
            aria-label="Find a value"
            placeholder="Type to find"
            value={search}
            onChange={event => setSearch(event.currentTarget.value)}
          />
          <ul className={css.values}>
            {[...new Set([...chosen, ...(values.data ?? [])])].map(value => (
              <li key={value}>
                <label>
                  <input
                    type="checkbox"
                    checked={chosen.includes(value)}
                    onChange={event =>
                      setChosen(
                        event.target.checked ? [...chosen, value] : chosen.filter(one => one !== value),
                      )
                    }
                  />
                  {named(value)}
                </label>
              </li>
            ))}
            {values.data?.length === 0 && <li>Nothing is called that</li>}
          </ul>
        </>
      )}
      <Row end>
        <Button type="submit" variant="filled" disabled={!filter}>
          Apply
        </Button>
      </Row>
    </form>
  )
}
