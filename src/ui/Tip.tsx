import { Tooltip } from '@mantine/core'

/** The words over an element. Reached by import() from `Tips`. */
export const Tip = ({ element }: { element: HTMLElement }) => (
  <Tooltip opened target={element} label={element.dataset.tip} />
)
