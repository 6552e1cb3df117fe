import { Button, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '#features/client.ts'
import { Row } from '#ui/Page.tsx'
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
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The part of the business a screen is of: chosen here or by a row, widened by a click. Stores are chosen in the top bar. */
export function SliceBar({ slice }: { slice: Slice }) {
  const [, setUrl] = useUrl()
  const [dimension, setDimension] = useState<string | null>(null)
  const [search, setSearch] = useState('')
  const values = useQuery(
    api.performance.values.queryOptions({
      input: { dimension: dimension ?? '', search },
      enabled: dimension !== null,
    }),
  )
  const left = cuts.filter(one => one.value !== 'store' && !(one.value in slice))
  return (
    <Row>
      {Object.entries(slice).map(([name, member]) => (
        <Button
          key={name}
          variant="default"
          size="compact-sm"
          aria-label={`No longer only ${wordOf(name)} ${member || 'not known'}`}
          onClick={() => {
            const { [name]: _, ...rest } = slice
            setUrl({ slice: sliceText(rest) })
          }}
        >
          {wordOf(name)}: {member || 'not known'} ×
        </Button>
      ))}
      <Select
        aria-label="Narrow to a slice"
        placeholder="Narrow to a slice"
        clearable
        data={left.map(one => ({ value: one.value, label: wordOf(one.value) }))}
        value={dimension}
        onChange={setDimension}
      />
      {dimension !== null && (
        <Select
          aria-label={`Which ${wordOf(dimension).toLowerCase()}`}
          placeholder="Which one"
          searchable
          searchValue={search}
          onSearchChange={setSearch}
          data={[...new Set(values.data ?? [])].filter(Boolean)}
          value={null}
          onChange={member => {
            if (member === null) return
            setUrl({ slice: sliceText({ ...slice, [dimension]: member }) })
            setDimension(null)
            setSearch('')
          }}
        />
      )}
    </Row>
  )
}
