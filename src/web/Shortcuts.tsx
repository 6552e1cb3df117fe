import { Modal } from '@mantine/core'
import type { Action } from './actions.ts'

const own: readonly [string, string][] = [
  ['← →', 'Walk through the points of a chart'],
  ['↑ ↓', 'Move between rows of a table'],
  ['Enter', 'Open the row or point'],
  ['Esc', 'Close what is open'],
]

/** The list behind `?`. */
export function Shortcuts({ actions, onClose }: { actions: readonly Action[]; onClose: () => void }) {
  const rows = [
    ...actions.flatMap(action =>
      action.keys
        ? [[action.keys.map(key => (key === 'mod+k' ? '⌘K' : key)).join('  '), action.label] as const]
        : [],
    ),
    ...own,
  ]
  return (
    <Modal
      opened
      onClose={onClose}
      title="Keyboard shortcuts"
      size="sm"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <dl
        style={{ display: 'grid', gridTemplateColumns: '80px 1fr', gap: '8px 16px', margin: 0, fontSize: 13 }}
      >
        {rows.map(([keys, label]) => (
          <div key={label} style={{ display: 'contents' }}>
            <dt style={{ color: 'var(--ink-3)' }}>{keys}</dt>
            <dd style={{ margin: 0 }}>{label}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
