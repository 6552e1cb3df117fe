/**
 * The columns of figures as shares of the room there is, where a table is cut as it is and fits with its names over them;
 * `undefined` where it is not cut, or would be even so. All in px, with 8 of padding at each side of a figure.
 */
export function columnsUnder(figures: readonly number[], whole: number, room: number): string | undefined {
  // Under the names they stand 4 px closer: table.module.css.
  const needed = figures.reduce((sum, one) => sum + one - 4, 10)
  return whole > room + 1 && figures.length > 0 && needed <= room
    ? figures.map(one => `${one}fr`).join(' ')
    : undefined
}

/**
 * For the `ref` of a table in what scrolls: on a phone, where its last figures would be out of sight, each name stands over
 * its figures, and sentences and buttons under them. table.module.css draws it by `data-over`.
 */
export function namesOver(table: HTMLTableElement | null) {
  const box = table?.parentElement
  if (!box || table.dataset.watched) return
  table.dataset.watched = ''
  const look = () => {
    // The observers of a table that is gone see nothing more, and go with it.
    if (!table.isConnected) return
    const at = box.scrollLeft
    delete table.dataset.over
    if (window.innerWidth > 700) return
    const cells = [...(table.tHead?.rows[table.tHead.rows.length - 1]?.cells ?? [])]
    const figures = cells
      .slice(1)
      // What is left out on a phone has no width.
      .filter(one => one.offsetWidth > 0 && !one.matches('[data-acts], [data-wraps="sentence"]'))
    const columns = columnsUnder(
      figures.map(one => one.offsetWidth),
      box.scrollWidth,
      box.clientWidth,
    )
    if (columns) {
      table.style.setProperty('--columns', columns)
      table.dataset.over = ''
    } else box.scrollLeft = at
  }
  const sizes = new ResizeObserver(look)
  const contents = new MutationObserver(look)
  look()
  sizes.observe(box)
  contents.observe(table, { childList: true, subtree: true, characterData: true })
}
