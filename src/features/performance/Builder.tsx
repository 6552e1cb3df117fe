import { TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { capital } from '#kernel/capital.ts'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import narrowing from '#ui/narrowing.module.css'
import { Popup } from '#ui/Popup.tsx'
import { EmptyState } from '#ui/State.tsx'
import choose from './choose.module.css'
import type { Lens } from './Lens.tsx'
import type { Exploration } from './model.ts'
import css from './performance.module.css'

/** The question as a sentence one can change: show these figures, by these, every so long. */
export function Builder({ lens, exploration }: { lens: Lens; exploration: Exploration }) {
  const { metrics, by, grain } = exploration
  const set = (change: { metrics?: string[]; by?: string[] }) =>
    lens.setUrl({
      ...(change.metrics && { metrics: change.metrics.join(',') }),
      ...(change.by && { by: change.by.join(',') || undefined, grain: grain ?? 'none' }),
      page: undefined,
      sort: undefined,
    })
  return (
    <div className={css.builder}>
      <span>Show</span>
      {metrics.map(name => {
        const definition = lens.metrics.find(one => one.name === name)
        return (
          <Chosen
            key={name}
            name={lens.label(name)}
            onRemove={
              metrics.length > 1 ? () => set({ metrics: metrics.filter(one => one !== name) }) : undefined
            }
          >
            {definition ? (
              <Hint about={<MeaningCard of={definition} />}>{definition.label}</Hint>
            ) : (
              lens.label(name)
            )}
          </Chosen>
        )
      })}
      {metrics.length < 8 && (
        <Choose
          label="Figure"
          items={lens.metrics
            .filter(one => !metrics.includes(one.name))
            .map(one => ({ name: one.name, label: one.label, about: one.description }))}
          onPick={name => set({ metrics: [...metrics, name] })}
        />
      )}
      <span>by</span>
      {by.map(name => (
        <Chosen
          key={name}
          name={lens.label(name)}
          onRemove={() => set({ by: by.filter(one => one !== name) })}
        >
          {lens.label(name)}
        </Chosen>
      ))}
      {by.length < 4 && (
        <Choose
          label="Split"
          items={lens.dimensions
            .filter(one => !by.includes(one.name))
            .map(one => {
              const cannot = metrics.filter(metric => !one.metrics.includes(metric))
              return {
                name: one.name,
                label: one.label,
                about: cannot.length ? `Cannot split ${cannot.map(lens.label).join(', ')}` : '',
                off: cannot.length > 0,
              }
            })}
          onPick={name => set({ by: [...by, name] })}
        />
      )}
      {/* A line does not part it from how long. */}
      <span className={css.every}>
        every
        <Choose
          shown={grain ? capital(grain) : 'Whole period'}
          label="Every"
          items={[
            { name: 'none', label: 'Whole period', about: 'One figure for all of it' },
            ...(['hour', 'day', 'week', 'month', 'quarter', 'year'] as const).map(name => ({
              name,
              label: capital(name),
              about: '',
            })),
          ]}
          onPick={name => lens.setUrl({ grain: name, page: undefined, sort: undefined })}
        />
      </span>
    </div>
  )
}

function Chosen({ name, onRemove, children }: { name: string; onRemove?: () => void; children: ReactNode }) {
  return (
    <span className={choose.chosen}>
      {children}
      {onRemove && (
        <button
          type="button"
          className={`${choose.remove} no-print`}
          aria-label={`Remove ${name}`}
          onClick={onRemove}
        >
          <IconX size={12} stroke={2} aria-hidden="true" />
        </button>
      )}
    </span>
  )
}

function Choose(props: {
  label: string
  shown?: string
  items: readonly { name: string; label: string; about: string; off?: boolean }[]
  onPick: (name: string) => void
}) {
  const [opened, setOpened] = useState(false)
  const [search, setSearch] = useState('')
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = props.items.filter(one =>
    wanted.every(word => `${one.label} ${one.name} ${one.about}`.toLowerCase().includes(word)),
  )
  const pick = (name: string) => {
    props.onPick(name)
    setOpened(false)
    setSearch('')
  }
  return (
    <Popup
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      trapFocus
      width={300}
      padding={6}
      button={opener => (
        <button
          type="button"
          className={props.shown ? choose.value : `${narrowing.add} no-print`}
          {...opener}
        >
          {props.shown ? (
            <>
              <span className="sr-only">{props.label}: </span>
              {props.shown}
            </>
          ) : (
            <>
              <IconPlus size={12} stroke={2} aria-hidden="true" />
              {props.label}
            </>
          )}
        </button>
      )}
    >
      {props.items.length > 8 && (
        <TextInput
          data-autofocus
          aria-label={`Find: ${props.label.toLowerCase()}`}
          placeholder="Type to find"
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
          onKeyDown={event => {
            const first = found.find(one => !one.off)
            if (event.key === 'Enter' && first) pick(first.name)
          }}
          mb={4}
        />
      )}
      <div className={choose.list}>
        {found.map(one => (
          <button
            key={one.name}
            type="button"
            className={choose.item}
            disabled={one.off}
            onClick={() => pick(one.name)}
          >
            {one.label}
            {one.about && <small>{one.about}</small>}
          </button>
        ))}
        {found.length === 0 && <EmptyState compact kind="no_match" title="Nothing is called that" />}
      </div>
    </Popup>
  )
}
