import { ActionIcon } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconChartLine, IconDots, IconDownload, IconLink, IconPhoto, IconTable } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { Card } from './Card.tsx'
import type { Drawing } from './Chart.tsx'
import { DataTable } from './DataTable.tsx'
import { type Sheet, save, saveCsv } from './download.ts'
import { MenuButton } from './MenuButton.tsx'
import { palette } from './palette.ts'
import { words } from './words.ts'

export interface ChartCardProps {
  id: string
  title: ReactNode
  /** Plain words of the title, for files. */
  name: string
  note?: ReactNode
  actions?: ReactNode
  stale?: boolean
  /** The same facts as rows: the table view, CSV and XLSX. */
  sheet: Sheet | null
  /** Cells of the table view, where exact text is not what one wants to read. */
  cell?: (column: string, value: string | null) => ReactNode
  /** All of the facts as CSV, where the chart and its table show a part of them. */
  csv?: (() => Promise<File>) | undefined
  /** The same facts as a workbook. */
  xlsx?: () => Promise<File>
  /** The same facts as a drawing, for the PNG. */
  drawing?: Drawing
  /** A way on to more. */
  more?: { label: string; disabled?: boolean; onClick: () => void }[]
  children: ReactNode
}

/** A chart with its four ways out: table, CSV, XLSX, PNG, and a link to exactly this. */
export function ChartCard(props: ChartCardProps) {
  const [asTable, setAsTable] = useState(false)
  const { sheet, more = [] } = props
  const fail = (error: unknown) =>
    notifications.show({ color: 'bad', title: 'That did not work', message: words(error).message })
  const png = async () => {
    if (!props.drawing) return
    const engine = await import('./chart-picture.ts')
    const colours = palette()
    const words = { title: props.name, note: sheet?.notes?.join(' · ') ?? '' }
    save(`${sheet?.name ?? props.id}.png`, await engine.picture(props.drawing(colours), words, colours))
  }
  const workbook = async () => {
    const file = await props.xlsx?.()
    if (file) save(`${sheet?.name ?? props.id}.xlsx`, file)
  }
  const plain = async () => {
    if (props.csv) save(`${sheet?.name ?? props.id}.csv`, await props.csv())
    else if (sheet) saveCsv(sheet)
  }
  const link = async () => {
    const url = new URL(location.href)
    url.hash = props.id
    await navigator.clipboard.writeText(url.href)
    notifications.show({ message: 'Link copied: it opens exactly this, for whoever may see it.' })
  }
  return (
    <Card
      id={props.id}
      title={props.title}
      note={props.note}
      stale={props.stale}
      flush={asTable}
      actions={
        <>
          {props.actions}
          <ActionIcon
            data-tip={asTable ? 'Show as chart' : 'Show as table'}
            aria-label={`${props.name}: ${asTable ? 'show as chart' : 'show as table'}`}
            aria-pressed={asTable}
            disabled={!sheet}
            color="gray"
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? <IconChartLine size={16} stroke={1.6} /> : <IconTable size={16} stroke={1.6} />}
          </ActionIcon>
          <MenuButton
            button={opener => (
              <ActionIcon color="gray" aria-label={`${props.name}: take away or open`} {...opener}>
                <IconDots size={16} stroke={1.6} />
              </ActionIcon>
            )}
            entries={[
              ...more,
              {
                label: 'Download CSV',
                icon: <IconDownload size={14} />,
                disabled: !sheet,
                apart: more.length > 0,
                onClick: () => plain().catch(fail),
              },
              ...(props.xlsx
                ? [
                    {
                      label: 'Download XLSX',
                      icon: <IconDownload size={14} />,
                      disabled: !sheet,
                      onClick: () => workbook().catch(fail),
                    },
                  ]
                : []),
              ...(props.drawing
                ? [
                    {
                      label: 'Download PNG',
                      icon: <IconPhoto size={14} />,
                      onClick: () => png().catch(fail),
                    },
                  ]
                : []),
              { label: 'Copy link', icon: <IconLink size={14} />, onClick: () => link().catch(fail) },
            ]}
          />
        </>
      }
    >
      {asTable && sheet ? (
        <DataTable<Sheet['rows'][number]>
          caption={props.name}
          compact
          maxHeight={360}
          rows={sheet.rows}
          rowKey={(_, n) => String(n)}
          columns={sheet.columns.map(column => ({
            ...column,
            render: row =>
              (props.cell ?? ((_, value) => value ?? 'N/A'))(column.key, row[column.key] ?? null),
          }))}
        />
      ) : (
        props.children
      )}
    </Card>
  )
}
