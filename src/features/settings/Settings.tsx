import { Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { Page } from '#ui/Page.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { Added } from './Added.tsx'
import { CompanyCalendar } from './CompanyCalendar.tsx'
import { Events } from './Events.tsx'
import { Stores } from './Stores.tsx'
import { Targets } from './Targets.tsx'

const tabs = [
  ['stores', 'Stores'],
  ['calendar', 'Calendar'],
  ['events', 'Events'],
  ['targets', 'Targets'],
  ['added', 'Metrics and groups'],
] as const

/** How the company is seen: its stores, its year, what happens in it, what it aims for, what it counts itself. */
export function Settings() {
  const [search, setSearch] = useUrl()
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  const definitions = useQuery(api.performance.definitions.queryOptions({ input: {} }))
  const tab = tabs.find(([name]) => name === search.tab)?.[0] ?? 'stores'
  if (settings.error)
    return (
      <ErrorState
        title="The settings could not be read"
        {...words(settings.error)}
        onRetry={() => settings.refetch()}
      />
    )
  return (
    <Page question="How is the company seen?" title="Settings">
      {!settings.data || !definitions.data ? (
        <Skeleton height={320} />
      ) : (
        <Tabs value={tab} onChange={value => setSearch({ tab: value ?? undefined })} keepMounted={false}>
          <Tabs.List mb="md">
            {tabs.map(([name, label]) => (
              <Tabs.Tab key={name} value={name}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="stores">
            <Stores stores={settings.data.stores} />
          </Tabs.Panel>
          <Tabs.Panel value="calendar">
            <CompanyCalendar settings={settings.data} />
          </Tabs.Panel>
          <Tabs.Panel value="events">
            <Events events={settings.data.events} stores={settings.data.stores.map(s => s.store)} />
          </Tabs.Panel>
          <Tabs.Panel value="targets">
            <Targets
              targets={settings.data.targets}
              metrics={definitions.data.metrics}
              calendar={settings.data.calendar}
            />
          </Tabs.Panel>
          <Tabs.Panel value="added">
            <Added settings={settings.data} definitions={definitions.data} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  )
}
