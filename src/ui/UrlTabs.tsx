import { Tabs } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { edges, intoSight } from './edges.ts'
import css from './tabs.module.css'
import { useUrl } from './url.ts'

/**
 * Parts of a screen under one heading. The URL says which is open: `tab`, the first when absent.
 * `printed`: paper holds them all, each from a page of its own on and under its name.
 */
export function UrlTabs({
  tabs,
  printed = false,
}: {
  tabs: readonly { name: string; label: string; show: () => ReactNode }[]
  printed?: boolean
}) {
  const [search, setUrl] = useUrl()
  const open = tabs.find(one => one.name === search.tab) ?? tabs[0]
  const root = useRef<HTMLDivElement>(null)
  // On a phone the row is longer than the window: what is open stands in it.
  useEffect(() => {
    const tab = root.current?.querySelector(`[role=tab][aria-selected=true]`)
    const row = tab?.parentElement
    if (!tab || !row || open === undefined) return
    row.scrollLeft += intoSight(tab.getBoundingClientRect(), row.getBoundingClientRect())
  }, [open])
  return (
    <Tabs
      ref={root}
      value={open?.name ?? null}
      onChange={value => setUrl({ tab: value && value !== tabs[0]?.name ? value : undefined })}
      keepMounted={printed}
      keepMountedMode="display-none"
    >
      <Tabs.List ref={edges} mb="md" {...(printed && { className: 'no-print' })}>
        {tabs.map(({ name, label }) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs
        .filter(one => printed || one === open)
        .map(({ name, label, show }) => (
          <Tabs.Panel key={name} value={name} className={css.panel} data-printed={printed || undefined}>
            {printed && <h2 className={css.name}>{label}</h2>}
            {show()}
          </Tabs.Panel>
        ))}
    </Tabs>
  )
}
