import { createSpotlight, Spotlight } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '#features/client.ts'
import { rankOf, wordsTyped } from '#kernel/finding.ts'
import { useReturn } from '#ui/return.ts'
import type { Action } from './actions.ts'
import css from './palette.module.css'

const [store, spotlight] = createSpotlight()

/** What was typed once typing paused: every letter need not be asked for. */
function usePaused(text: string, ms: number): string {
  const [kept, setKept] = useState(text)
  useEffect(() => {
    const later = setTimeout(() => setKept(text), ms)
    return () => clearTimeout(later)
  }, [text, ms])
  return kept
}

/** ⌘K: every screen, figure and act, and whatever the company has a name for, found by any of its words. */
export function CommandPalette({
  actions,
  query,
  onQuery,
  go,
  onClose,
}: {
  actions: readonly Action[]
  /** What is looked for; begun before this is there where somebody types at once. */
  query: string
  onQuery: (query: string) => void
  go: (path: string, search: Readonly<Record<string, string>>) => void
  onClose: () => void
}) {
  useReturn(true)
  useEffect(() => {
    spotlight.open()
  }, [])
  const words = usePaused(query.trim(), 120)
  const things = useQuery(
    api.everywhere.find.queryOptions({
      input: { words },
      enabled: words.length > 1,
      placeholderData: keepPreviousData,
      staleTime: 30_000,
    }),
  )
  const wanted = wordsTyped(query)
  const rank = (one: Action) => rankOf(wanted, one.label, `${one.about ?? ''} ${one.id}`)
  const named: Action[] = (wanted.length > 0 && words.length > 1 ? (things.data ?? []) : []).map(one => ({
    id: `${one.kind} ${one.id}`,
    label: one.label,
    about: one.about,
    group: one.kind,
    run: () => go(one.path, one.search),
  }))
  const found = [...actions, ...named]
    .filter(action => !action.quiet && rank(action) > 0)
    .sort((a, b) => (wanted.length ? rank(b) - rank(a) : 0))
    .slice(0, wanted.length ? 60 : 14)
  const groups = [...new Set(found.map(action => action.group))]
  // Enter goes to what stands first, also when that came after the last letter was typed.
  const shown = groups.flatMap(group => found.filter(one => one.group === group))
  const ids = wanted.length > 0 ? shown.map(one => one.id).join('\n') : ''
  useEffect(() => {
    if (!ids) return
    const all = [...document.querySelectorAll('[data-action]')]
    for (const [n, one] of all.entries()) one.toggleAttribute('data-selected', n === 0)
    all[0]?.setAttribute('data-selected', 'true')
    store.setState({ ...store.getState(), selected: all.length > 0 ? 0 : -1 })
  }, [ids])
  return (
    <Spotlight.Root
      title="Find"
      store={store}
      query={query}
      onQueryChange={onQuery}
      onSpotlightClose={onClose}
      shortcut={null}
      maxHeight={420}
      scrollable
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.25 }}
      classNames={{ action: css.action, actionsGroup: css.group, header: css.named }}
    >
      <Spotlight.Search
        placeholder="Find a screen, a figure, a product, an order, a plan, somebody …"
        aria-label="Find"
        data-find
        leftSection={<IconSearch size={16} stroke={1.6} />}
      />
      <Spotlight.ActionsList>
        {groups.map(group => (
          <Spotlight.ActionsGroup key={group} label={group}>
            {found
              .filter(action => action.group === group)
              .map(({ icon: Icon, ...action }) => (
                <Spotlight.Action
                  key={action.id}
                  label={action.label}
                  description={action.about}
                  leftSection={Icon && <Icon size={16} stroke={1.6} />}
                  rightSection={
                    action.keys && (
                      <kbd style={{ color: 'var(--ink-3)', font: 'inherit', fontSize: 12 }}>
                        {action.keys.join(' ')}
                      </kbd>
                    )
                  }
                  onClick={action.run}
                />
              ))}
          </Spotlight.ActionsGroup>
        ))}
        {found.length === 0 && (
          <Spotlight.Empty>
            {things.isFetching || words !== query.trim()
              ? 'Looking …'
              : things.error
                ? 'No screen or figure is called that, and the rest could not be searched just now.'
                : 'Nothing is called that. Try another word.'}
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
