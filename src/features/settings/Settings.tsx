import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { Grid, Page } from '#ui/Page.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { Added } from './Added.tsx'
import { CompanyCalendar } from './CompanyCalendar.tsx'
import { Costs } from './Costs.tsx'
import { EventRules } from './EventRules.tsx'
import { Events } from './Events.tsx'
import { settingsAnswer } from './model.ts'
import { Stores } from './Stores.tsx'
import { Targets } from './Targets.tsx'

const question = 'How is the company seen?'

/** How the company is seen: its stores, its year, what happens in it, what it aims for, what it counts itself. */
export function Settings() {
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  const definitions = useQuery(api.performance.definitions.queryOptions({ input: {} }))
  const { data } = settings
  const meanings = definitions.data
  const failed = [settings, definitions].find(one => one.error)
  if (failed)
    return (
      <Page question={question} title="The settings cannot be shown">
        <ErrorState
          title="The settings could not be read"
          {...words(failed.error)}
          onRetry={() => failed.refetch()}
        />
      </Page>
    )
  return (
    <Page question={question} title={data ? settingsAnswer(data) : 'Reading the settings…'}>
      {!data || !meanings ? (
        <Skeleton height={320} />
      ) : (
        <UrlTabs
          tabs={[
            { name: 'stores', label: 'Stores', show: () => <Stores stores={data.stores} /> },
            { name: 'calendar', label: 'Calendar', show: () => <CompanyCalendar settings={data} /> },
            {
              name: 'events',
              label: 'Events',
              show: () => (
                <Grid columns={1}>
                  <Events events={data.events} stores={data.stores.map(s => s.store)} />
                  <EventRules rules={data.eventRules} />
                </Grid>
              ),
            },
            {
              name: 'targets',
              label: 'Targets',
              show: () => (
                <Targets targets={data.targets} metrics={meanings.metrics} calendar={data.calendar} />
              ),
            },
            { name: 'costs', label: 'Costs', show: () => <Costs settings={data} /> },
            {
              name: 'added',
              label: 'Metrics and groups',
              show: () => <Added settings={data} definitions={meanings} />,
            },
          ]}
        />
      )}
    </Page>
  )
}
