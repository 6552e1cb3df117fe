import { Spotlight, spotlight } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { Action } from './actions.ts'
import css from './palette.module.css'

/** ⌘K: every screen, figure and act, found by any of its words. */
export function CommandPalette({ actions, onClose }: { actions: readonly Action[]; onClose: () => void }) {
  const [query, setQuery] = useState('')
  useEffect(() => {
    spotlight.open()
  }, [])
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean)
  const rank = (action: Action) => {
    const label = action.label.toLowerCase()
    if (!wanted.every(word => `${label} ${action.about ?? ''} ${action.id}`.toLowerCase().includes(word)))
      return 0
    return label.startsWith(wanted[0] ?? '') ? 3 : wanted.every(word => label.includes(word)) ? 2 : 1
  }
  const found = actions
    .filter(action => !action.quiet && rank(action) > 0)
    .sort((a, b) => (wanted.length ? rank(b) - rank(a) : 0))
    .slice(0, wanted.length ? 40 : 14)
  const groups = [...new Set(found.map(action => action.group))]
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={onClose}
      shortcut={null}
      maxHeight={420}
      scrollable
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.25 }}
      classNames={{ action: css.action, actionsGroup: css.group }}
    >
      <Spotlight.Search
        placeholder="Find a screen, a figure or something to do"
        aria-label="Find"
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
        {found.length === 0 && <Spotlight.Empty>Nothing is called that. Try another word.</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
