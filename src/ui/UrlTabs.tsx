import { Tabs } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { edges, intoSight } from './edges.ts'
import { useUrl } from './url.ts'

/** Parts of a screen under one heading. The URL says which is open: `tab`, the first when absent. */
export function UrlTabs({
  tabs,
}: {
  tabs: readonly { name: string; label: string; show: () => ReactNode }[]
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
      keepMounted={false}
    >
      <Tabs.List ref={edges} mb="md">
        {tabs.map(({ name, label }) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {open && (
        <Tabs.Panel value={open.name} style={{ display: 'grid', gap: 16 }}>
          {open.show()}
        </Tabs.Panel>
      )}
    </Tabs>
  )
}
