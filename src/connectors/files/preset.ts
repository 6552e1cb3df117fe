import { invalid } from '#kernel/error.ts'
import { ident, type Mapping, type Reading } from './reading.ts'

/** A mapping for an export people really have. */
export interface Preset {
  name: string
  label: string
  about: string
  target: string
  /** Columns the file must have for the preset to fit; alternatives parted by |. */
  needs: readonly string[]
  /** How such files are written, where it is not to be recognised. */
  reading?: Reading
  /** The mapping for a file; `pick` gives the first of the names the file has, quoted for expressions where needed. */
  mapping(pick: (...names: string[]) => string, has: (name: string) => boolean): Mapping
}

/** What a file must have, in words: `Amount spent (*` is Amount spent. */
const said = (need: string): string =>
  need
    .split('|')
    .map(name => name.replace(/\s*\(?\*$/, ''))
    .join(' or ')

/** The mapping of a preset for the columns a file has. @throws Failure naming the columns that are missing. */
export const presetMapping = (preset: Preset, names: readonly string[]): Mapping => {
  // `Amount spent (*` stands for any column that starts so: some exports put the currency into the header.
  const find = (name: string) =>
    name.endsWith('*')
      ? names.find(one => one.startsWith(name.slice(0, -1)))
      : names.find(one => one === name)
  const has = (name: string) => find(name) !== undefined
  const missing = preset.needs.filter(need => !need.split('|').some(has))
  if (missing.length > 0)
    throw invalid(
      `The file is no ${preset.label} export: it has no ${missing.map(said).join(', no ')}.`,
      `It has: ${names.slice(0, 50).join(', ')}.`,
    )
  const pick = (...wanted: string[]) =>
    ident(wanted.map(find).find(name => name !== undefined) ?? wanted[0] ?? '')
  return preset.mapping(pick, has)
}

/** Does the file have what the preset needs? */
export const fits = (preset: Preset, names: readonly string[]): boolean =>
  preset.needs.every(need =>
    need
      .split('|')
      .some(name =>
        name.endsWith('*') ? names.some(one => one.startsWith(name.slice(0, -1))) : names.includes(name),
      ),
  )
