import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import type { Strategy } from '#kernel/plan/strategy.ts'
import {
  type DraftMeasure,
  type DraftPart,
  draftOf,
  levelWords,
  movedPart,
  strategyOf,
  withoutPart,
  withPart,
  wrongTarget,
} from '#kernel/plan/strategy-draft.ts'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { FormRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import { RowTools } from '#ui/RowTools.tsx'
import css from './strategy-form.module.css'

interface Metric {
  name: string
  label: string
  unit: string
}

/** The strategy, changed: ambition, pillars, objectives and initiatives, each with its owner, until when, and its measures. */
export function StrategyForm(props: {
  strategy: Strategy
  revision: number
  metrics: readonly Metric[]
  onClose: () => void
}) {
  const cache = useQueryClient()
  const unitOf = (name: string) => props.metrics.find(one => one.name === name)?.unit
  const [draft, setDraft] = useState(() => draftOf(props.strategy, unitOf))
  const [why, setWhy] = useState('')
  /** The one just added: the keyboard goes to its name. */
  const [added, setAdded] = useState<number | null>(null)
  const save = useMutation(
    api.plan.saveStrategy.mutationOptions({
      onSuccess: async () => {
        await cache.invalidateQueries({ queryKey: api.plan.key() })
        props.onClose()
      },
    }),
  )
  const { parts } = draft
  const set = (change: Partial<typeof draft>) => setDraft(now => ({ ...now, ...change }))
  const setPart = (key: number, change: Partial<DraftPart>) =>
    set({ parts: parts.map(part => (part.key === key ? { ...part, ...change } : part)) })
  const add = (under: number | null) => {
    const next = withPart(parts, under)
    set({ parts: next.parts })
    setAdded(next.key)
  }
  const measures = [draft, ...parts].flatMap(part => part.measures)
  const bare = measures.some(({ metric }) => metric === '')
  const wrong = measures.some(one => wrongTarget(one, unitOf) !== null)
  return (
    <EditDrawer
      opened
      size={760}
      title="The strategy"
      onClose={props.onClose}
      saving={save.isPending}
      disabled={wrong}
      missing={[
        parts.some(part => !part.name.trim()) && 'a name for each part',
        bare && 'a figure for each measure',
        !why.trim() && 'why it changes',
      ]}
      failed={save.error ? words(save.error) : null}
      onSave={() => save.mutate({ content: strategyOf(draft, unitOf), revision: props.revision, why })}
    >
      <LongTextRow
        label="Ambition"
        value={draft.ambition}
        rows={1}
        onChange={ambition => set({ ambition })}
      />
      <TextRow label="Owner" value={draft.owner} onChange={owner => set({ owner })} />
      <TextRow label="Horizon" value={draft.horizon} onChange={horizon => set({ horizon })} />
      <FormRow label="Measures" help="How one will know that it is reached.">
        <Measures
          of="the ambition"
          measures={draft.measures}
          metrics={props.metrics}
          unitOf={unitOf}
          onChange={next => set({ measures: next })}
        />
      </FormRow>
      <ul className={css.parts} aria-label="Pillars, objectives and initiatives">
        {parts.map((part, at) => {
          const called = part.name || `this ${levelWords[part.level].toLowerCase()}`
          const [up, down] = [movedPart(parts, at, -1), movedPart(parts, at, 1)]
          const below = levelWords[part.level + 1]
          return (
            <li key={part.key} className={css.part} data-level={part.level}>
              <div className={css.head}>
                <span className={css.level}>{levelWords[part.level]}</span>
                <TextInput
                  aria-label={`${levelWords[part.level]}: name`}
                  value={part.name}
                  autoFocus={part.key === added}
                  onChange={event => setPart(part.key, { name: event.currentTarget.value })}
                />
                <RowTools
                  what={called}
                  first={up === null}
                  last={down === null}
                  onMove={by => {
                    const moved = by < 0 ? up : down
                    if (moved) set({ parts: moved })
                  }}
                  onRemove={() => set({ parts: withoutPart(parts, at) })}
                />
              </div>
              <details className={css.more}>
                <summary>
                  {factsOf(part, props.metrics) ||
                    (part.level === 0 ? 'Why, owner, measures' : 'Owner, measures')}
                </summary>
                {part.level === 0 && (
                  <LongTextRow
                    label="Why"
                    rows={1}
                    value={part.why}
                    onChange={next => setPart(part.key, { why: next })}
                  />
                )}
                <TextRow label="Owner" value={part.owner} onChange={owner => setPart(part.key, { owner })} />
                <TextRow
                  label="Until"
                  value={part.horizon}
                  placeholder="end of 2027"
                  onChange={horizon => setPart(part.key, { horizon })}
                />
                <FormRow label="Measures">
                  <Measures
                    of={called}
                    measures={part.measures}
                    metrics={props.metrics}
                    unitOf={unitOf}
                    onChange={next => setPart(part.key, { measures: next })}
                  />
                </FormRow>
              </details>
              {below && (
                <Button size="compact-sm" variant="subtle" onClick={() => add(at)}>
                  {part.level === 0 ? 'Add an objective' : 'Add an initiative'}
                  <span className="sr-only"> to {called}</span>
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      <Row>
        <Button onClick={() => add(null)}>Add a pillar</Button>
      </Row>
      <TextRow label="Why it changes" value={why} onChange={setWhy} />
    </EditDrawer>
  )
}

/** Who owns a part, until when it runs, and what it is measured by, in a line. */
const factsOf = (part: DraftPart, metrics: readonly Metric[]): string =>
  [
    part.owner,
    part.horizon,
    ...part.measures.map(({ metric, target }) =>
      [metrics.find(one => one.name === metric)?.label ?? metric, target && `to ${target}`]
        .filter(Boolean)
        .join(' '),
    ),
  ]
    .filter(Boolean)
    .join(' · ')

function Measures(props: {
  of: string
  measures: readonly DraftMeasure[]
  metrics: readonly Metric[]
  unitOf: (metric: string) => string | undefined
  onChange: (measures: readonly DraftMeasure[]) => void
}) {
  const { measures, onChange } = props
  const put = (at: number, change: Partial<DraftMeasure>) =>
    onChange(measures.map((one, n) => (n === at ? { ...one, ...change } : one)))
  return (
    <div className={css.measures}>
      {measures.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: measures have no other name, and no order to be moved in
        <div key={at} className={css.measure}>
          <Select
            aria-label="Figure"
            placeholder="Choose a figure"
            searchable
            data={props.metrics.map(metric => ({ value: metric.name, label: metric.label }))}
            value={one.metric || null}
            onChange={metric => put(at, { metric: metric ?? '' })}
          />
          <TextInput
            aria-label="Target"
            placeholder="Target"
            value={one.target}
            error={wrongTarget(one, props.unitOf)}
            onChange={event => put(at, { target: event.currentTarget.value })}
          />
          <TextInput
            aria-label="By"
            type="date"
            value={one.by}
            onChange={event => put(at, { by: event.currentTarget.value })}
          />
          <RowTools what="this measure" onRemove={() => onChange(measures.filter((_, n) => n !== at))} />
        </div>
      ))}
      <Button
        size="compact-sm"
        variant="subtle"
        onClick={() => onChange([...measures, { metric: '', target: '', by: '' }])}
      >
        Add a measure<span className="sr-only"> of {props.of}</span>
      </Button>
    </div>
  )
}
