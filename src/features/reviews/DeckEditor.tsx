import { Button, MultiSelect, NumberInput, Select, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { FormRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import { RowTools } from '#ui/RowTools.tsx'
import css from './editor.module.css'
import { freshId, moved } from './model.ts'
import type { Block, Deck } from './shape.ts'

const kinds = [
  { value: 'chart', label: '6-12 chart' },
  { value: 'weeks', label: 'Table of six weeks' },
  { value: 'months', label: 'Table of twelve months' },
  { value: 'text', label: 'Text' },
]

/** What has to be filled in before a layout can be saved. */
function lacking({ name, sections }: Deck): string[] {
  const blocks = sections.flatMap(section => section.blocks)
  return [
    ...(name.trim() ? [] : ['a name']),
    ...(sections.every(section => section.name.trim()) ? [] : ['a name for each section']),
    ...(blocks.every(one => one.kind === 'text' || one.metrics.length > 0)
      ? []
      : ['a figure in each chart and table']),
  ]
}

/** A review's layout: sections, what stands in them, who answers for it, and when a miss is an exception. */
export function DeckEditor({ deck: given, onClose }: { deck: Deck; onClose: () => void }) {
  const [deck, setDeck] = useState<Deck>(given)
  const cache = useQueryClient()
  const people = useQuery(api.reviews.people.queryOptions({ input: {} }))
  const definitions = useQuery(api.performance.definitions.queryOptions({ input: {}, staleTime: 300_000 }))
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const save = useMutation(
    api.reviews.saveDeck.mutationOptions({
      onSuccess: () => {
        cache.invalidateQueries({ queryKey: api.reviews.key() })
        onClose()
      },
    }),
  )
  // Who sees only some stores is refused the budgets of files, and picks among the others.
  const budgets = useQuery(
    api.plan.importedBudgets.queryOptions({ input: {}, retry: false, staleTime: 300_000 }),
  )
  const aims = [
    ...new Set([
      ...(settings.data?.targets ?? []).map(one => one.name),
      ...Object.keys(settings.data?.plans ?? {}),
      ...(budgets.data ?? []).filter(one => one.metrics.length > 0).map(one => one.name),
      ...(deck.target ? [deck.target] : []),
    ]),
  ]
  const metrics = (definitions.data?.metrics ?? []).map(one => ({
    value: one.name,
    label: one.label,
    unit: one.unit,
  }))
  const ids = deck.sections.flatMap(section => section.blocks.map(block => block.id))
  const setSections = (sections: Deck['sections']) => setDeck({ ...deck, sections })
  const setSection = (at: number, change: Partial<Deck['sections'][number]>) =>
    setSections(deck.sections.map((one, n) => (n === at ? { ...one, ...change } : one)))
  return (
    <EditDrawer
      opened
      onClose={onClose}
      title="The review’s layout"
      size={760}
      saving={save.isPending}
      failed={save.error ? words(save.error) : null}
      missing={lacking(deck)}
      onSave={() => save.mutate(deck)}
    >
      <FormRow label="Name" for="deck-name">
        <TextInput
          id="deck-name"
          value={deck.name}
          onChange={event => setDeck({ ...deck, name: event.currentTarget.value })}
        />
      </FormRow>
      <FormRow
        label="Target"
        for="deck-target"
        help="A saved target or a plan: the green triangles of the charts."
      >
        <Select
          id="deck-target"
          placeholder="none"
          clearable
          searchable
          data={aims.map(value => ({ value, label: settings.data?.plans[value] ?? value }))}
          value={deck.target}
          onChange={target => setDeck({ ...deck, target })}
        />
      </FormRow>
      <FormRow
        label="A miss is an exception"
        help="When it misses its target by more than this share and by more than this amount. The metric’s own limits always count."
      >
        <Row>
          <NumberInput
            aria-label="Above, in percent of the target"
            w={140}
            suffix=" %"
            min={0}
            value={deck.rule.share * 100}
            onChange={value => setDeck({ ...deck, rule: { ...deck.rule, share: Number(value) / 100 } })}
          />
          <NumberInput
            aria-label="Above, in money"
            w={160}
            min={0}
            suffix={settings.data?.currency ? ` ${settings.data.currency}` : ''}
            thousandSeparator=","
            value={deck.rule.money}
            onChange={value => setDeck({ ...deck, rule: { ...deck.rule, money: Number(value) } })}
          />
        </Row>
      </FormRow>
      {deck.sections.map((section, at) => (
        <fieldset key={section.id} className={css.section}>
          <legend className="sr-only">{section.name || 'Section'}</legend>
          <div className={css.head}>
            <TextInput
              aria-label="Name of the section"
              value={section.name}
              onChange={event => setSection(at, { name: event.currentTarget.value })}
            />
            <RowTools
              what={section.name}
              first={at === 0}
              last={at === deck.sections.length - 1}
              onMove={by => setSections(moved(deck.sections, at, by))}
              onRemove={() => setSections(deck.sections.filter((_, n) => n !== at))}
            />
          </div>
          {section.blocks.map((block, n) => (
            <BlockRow
              key={block.id}
              block={block}
              metrics={metrics}
              people={people.data ?? []}
              first={n === 0}
              last={n === section.blocks.length - 1}
              onChange={change =>
                setSection(at, {
                  blocks: section.blocks.map(one => (one === block ? { ...one, ...change } : one)),
                })
              }
              onMove={by => setSection(at, { blocks: moved(section.blocks, n, by) })}
              onRemove={() => setSection(at, { blocks: section.blocks.filter(one => one !== block) })}
            />
          ))}
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() =>
              setSection(at, {
                blocks: [
                  ...section.blocks,
                  {
                    id: freshId(`${section.id}-block`, ids),
                    kind: 'chart',
                    title: '',
                    metrics: [],
                    filters: [],
                    owner: null,
                    text: '',
                  },
                ],
              })
            }
          >
            Add to {section.name || 'this section'}
          </Button>
        </fieldset>
      ))}
      <Row>
        <Button
          onClick={() =>
            setSections([
              ...deck.sections,
              {
                id: freshId(
                  'section',
                  deck.sections.map(one => one.id),
                ),
                name: 'New section',
                blocks: [],
              },
            ])
          }
        >
          Add a section
        </Button>
      </Row>
    </EditDrawer>
  )
}

function BlockRow(props: {
  block: Block
  metrics: { value: string; label: string; unit: string }[]
  people: { id: string; name: string }[]
  first: boolean
  last: boolean
  onChange: (change: Partial<Block>) => void
  onMove: (by: -1 | 1) => void
  onRemove: () => void
}) {
  const { block, onChange } = props
  const unitOf = (name: string | undefined) => props.metrics.find(one => one.value === name)?.unit
  return (
    <div className={css.block}>
      <Select
        aria-label="Kind"
        allowDeselect={false}
        data={kinds}
        value={block.kind}
        onChange={value => onChange({ kind: (value ?? 'chart') as Block['kind'] })}
      />
      {block.kind === 'text' ? (
        <Textarea
          aria-label="Text"
          autosize
          value={block.text}
          onChange={event => onChange({ text: event.currentTarget.value })}
        />
      ) : block.kind === 'chart' ? (
        <div className={css.figures}>
          <Select
            aria-label="Figure"
            placeholder="Choose a figure"
            searchable
            data={props.metrics}
            value={block.metrics[0] ?? null}
            onChange={value => onChange({ metrics: value ? [value] : [] })}
          />
          {block.metrics[0] && (
            <Select
              aria-label="Second figure"
              placeholder="And beside it, in the same unit"
              searchable
              clearable
              data={props.metrics.filter(
                one => one.unit === unitOf(block.metrics[0]) && one.value !== block.metrics[0],
              )}
              value={block.metrics[1] ?? null}
              onChange={value =>
                onChange({ metrics: [...block.metrics.slice(0, 1), ...(value ? [value] : [])] })
              }
            />
          )}
        </div>
      ) : (
        <MultiSelect
          aria-label="Figures"
          placeholder={block.metrics.length === 0 ? 'Choose figures' : undefined}
          searchable
          maxValues={12}
          data={props.metrics}
          value={block.metrics}
          onChange={value => onChange({ metrics: value })}
        />
      )}
      <Select
        aria-label="Owner"
        placeholder="Owner"
        clearable
        data={props.people.map(one => ({ value: one.id, label: one.name }))}
        value={block.owner?.id ?? null}
        onChange={(id, option) => onChange({ owner: id && option ? { id, name: option.label } : null })}
      />
      <RowTools
        what={block.title || props.metrics.find(one => one.value === block.metrics[0])?.label || 'this'}
        first={props.first}
        last={props.last}
        onMove={props.onMove}
        onRemove={props.onRemove}
      />
    </div>
  )
}
