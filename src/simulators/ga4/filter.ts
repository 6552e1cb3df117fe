/** Filters over the dimensions of a row, as the Data API writes them. */
export interface FilterExpression {
  andGroup?: { expressions?: FilterExpression[] }
  orGroup?: { expressions?: FilterExpression[] }
  notExpression?: FilterExpression
  filter?: {
    fieldName?: string
    stringFilter?: { matchType?: string; value?: string; caseSensitive?: boolean }
    inListFilter?: { values?: string[]; caseSensitive?: boolean }
    emptyFilter?: object
  }
}

/** Names of the fields a filter reads. */
export const fieldsOf = (filter: FilterExpression | undefined): string[] => {
  if (!filter) return []
  const groups = [...(filter.andGroup?.expressions ?? []), ...(filter.orGroup?.expressions ?? [])]
  return [
    ...groups.flatMap(fieldsOf),
    ...fieldsOf(filter.notExpression),
    ...(filter.filter?.fieldName ? [filter.filter.fieldName] : []),
  ]
}

/** Whether a row passes. */
export function passes(filter: FilterExpression | undefined, fieldOf: (field: string) => string): boolean {
  if (!filter) return true
  if (filter.andGroup) return (filter.andGroup.expressions ?? []).every(one => passes(one, fieldOf))
  if (filter.orGroup) return (filter.orGroup.expressions ?? []).some(one => passes(one, fieldOf))
  if (filter.notExpression) return !passes(filter.notExpression, fieldOf)
  const { fieldName = '', stringFilter, inListFilter, emptyFilter } = filter.filter ?? {}
  const value = fieldOf(fieldName)
  const plain = (text: string, exact: boolean | undefined) => (exact ? text : text.toLowerCase())
  if (inListFilter) {
    const { values = [], caseSensitive } = inListFilter
    return values.some(one => plain(one, caseSensitive) === plain(value, caseSensitive))
  }
  if (stringFilter) {
    const { matchType = 'EXACT', caseSensitive } = stringFilter
    const [is, wanted] = [plain(value, caseSensitive), plain(stringFilter.value ?? '', caseSensitive)]
    if (matchType === 'BEGINS_WITH') return is.startsWith(wanted)
    if (matchType === 'ENDS_WITH') return is.endsWith(wanted)
    if (matchType === 'CONTAINS') return is.includes(wanted)
    return is === wanted
  }
  return emptyFilter ? value === '' || value === '(not set)' : true
}
