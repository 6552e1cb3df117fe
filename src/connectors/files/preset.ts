import type { Mapping, Reading } from './reading.ts'

/** A mapping for an export people really have. */
export interface Preset {
  name: string
  label: string
  about: string
  /** Columns the file must have for the preset to fit; alternatives parted by |. */
  needs: readonly string[]
  /** How such files are written, where it is not to be recognised. */
  reading?: Reading
  /** The mapping for a file; `pick` gives the first of the names the file has, quoted for expressions where needed. */
  mapping(pick: (...names: string[]) => string, has: (name: string) => boolean): Mapping
}
