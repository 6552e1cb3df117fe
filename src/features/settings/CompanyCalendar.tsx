import { Button, Select } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { MayChange } from '#features/May.tsx'
import { periodOf } from '#kernel/period.ts'
import { Card } from '#ui/Card.tsx'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import { ErrorState } from '#ui/State.tsx'
import { useSaved } from './Editor.tsx'
import { months, type Settings } from './model.ts'

const calendars = [
  { value: 'gregorian', label: 'Civil months' },
  { value: 'iso', label: 'Civil months, ISO weeks' },
  { value: '4-5-4', label: 'Retail 4-5-4' },
  { value: '4-4-5', label: 'Retail 4-4-5' },
  { value: '5-4-4', label: 'Retail 5-4-4' },
]
const currencies = Intl.supportedValuesOf('currency')

type Shown = z.output<typeof Settings>

/** How the year is cut, and the currency of answers over several stores. */
export function CompanyCalendar({ settings }: { settings: Shown }) {
  const [calendar, setCalendar] = useState(settings.calendar)
  const [currency, setCurrency] = useState(settings.currency)
  const saved = useSaved(() => undefined)
  const save = useMutation(api.settings.saveCompany.mutationOptions({ onSuccess: saved }))
  const retail = calendar.calendar.includes('-')
  const today = new Intl.DateTimeFormat('en-CA').format()
  const now = (['week', 'month', 'quarter', 'year'] as const)
    .map(grain => periodOf(calendar, today, grain).label)
    .join(' · ')
  return (
    <Card title="Calendar and currency" note={`today is in ${now}`}>
      <MayChange atLeast="director">
        <Form
          onSubmit={() =>
            save.mutate({
              calendar,
              currency,
              ...(settings.companyVersion > 0 && { version: settings.companyVersion }),
            })
          }
        >
          <FormRow label="Calendar" for="calendar" help="Retail calendars have 52 or 53 whole weeks.">
            <Select
              id="calendar"
              allowDeselect={false}
              data={calendars}
              value={calendar.calendar}
              onChange={value =>
                setCalendar({
                  ...calendar,
                  calendar: (value ?? 'gregorian') as Shown['calendar']['calendar'],
                })
              }
            />
          </FormRow>
          <FormRow
            label="The year begins in"
            for="first-month"
            help={retail ? 'February is the calendar of the US National Retail Federation.' : undefined}
          >
            <Select
              id="first-month"
              allowDeselect={false}
              data={months.map((label, i) => ({ value: String(i + 1), label }))}
              value={String(calendar.fiscalStartMonth)}
              onChange={value => setCalendar({ ...calendar, fiscalStartMonth: Number(value) })}
            />
          </FormRow>
          <FormRow label="Weeks begin on" for="week-start">
            <Select
              id="week-start"
              allowDeselect={false}
              data={[
                { value: '1', label: 'Monday' },
                { value: '7', label: 'Sunday' },
              ]}
              value={String(calendar.weekStart)}
              onChange={value => setCalendar({ ...calendar, weekStart: value === '7' ? 7 : 1 })}
            />
          </FormRow>
          {retail && (
            <FormRow label="The year ends on" for="year-end">
              <Select
                id="year-end"
                allowDeselect={false}
                data={[
                  { value: 'nearest_saturday', label: 'the week end nearest to the month’s end' },
                  { value: 'last_saturday', label: 'the last week end in the month' },
                ]}
                value={calendar.yearEnd}
                onChange={value =>
                  setCalendar({
                    ...calendar,
                    yearEnd: value === 'last_saturday' ? 'last_saturday' : 'nearest_saturday',
                  })
                }
              />
            </FormRow>
          )}
          <FormRow
            label="Currency of answers"
            for="reader"
            help="When stores trade in several. Empty: the first store’s."
          >
            <Select
              id="reader"
              searchable
              clearable
              limit={50}
              data={currencies}
              value={currency}
              onChange={setCurrency}
            />
          </FormRow>
          {save.error && <ErrorState compact title="That was not saved" {...words(save.error)} />}
          <FormActions>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </FormActions>
        </Form>
      </MayChange>
    </Card>
  )
}
