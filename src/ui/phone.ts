import { useMediaQuery } from '@mantine/hooks'

/** Whether the window is as narrow as a phone's: known from the first drawing on. */
export const usePhone = (): boolean =>
  useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false })
