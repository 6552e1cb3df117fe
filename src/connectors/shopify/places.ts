const roomAtFirst = 1024
/** Ids are above nought. */
const empty = 0

/**
 * Numbers for numbers: 12 bytes for each and nothing for the collector to look through, where a Map of a half year's ids
 * takes a quarter of a reading's heap.
 */
class Numbers {
  #keys = new Float64Array(roomAtFirst)
  #values = new Uint16Array(roomAtFirst)
  #count = 0

  /** Where a key stands, or would. */
  #at(key: number): number {
    const mask = this.#keys.length - 1
    let at = Math.imul((key % 0x100000000) ^ (key / 0x100000000), 0x9e3779b1) >>> 0
    // The upper bits are the mixed ones.
    at = (at ^ (at >>> 15)) & mask
    while (this.#keys[at] !== empty && this.#keys[at] !== key) at = (at + 1) & mask
    return at
  }

  get(key: number): number | undefined {
    const at = this.#at(key)
    return this.#keys[at] === empty ? undefined : this.#values[at]
  }

  set(key: number, value: number): void {
    if (this.#count * 2 >= this.#keys.length) this.#grow()
    const at = this.#at(key)
    if (this.#keys[at] === empty) this.#count += 1
    this.#keys[at] = key
    this.#values[at] = value
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values]
    this.#keys = new Float64Array(keys.length * 2)
    this.#values = new Uint16Array(keys.length * 2)
    for (const [from, key] of keys.entries())
      if (key !== empty) {
        const at = this.#at(key)
        this.#keys[at] = key
        this.#values[at] = values[from] ?? 0
      }
  }
}

/** Which part a root is in, by its id or a middle's of it. Parts are below 65,536. */
export class Places {
  readonly #numbers = new Map<string, Numbers>()
  readonly #texts = new Map<string, number>()

  get(id: string): number | undefined {
    const cut = id.lastIndexOf('/') + 1
    const number = numberOf(id, cut)
    return number === null ? this.#texts.get(id) : this.#numbers.get(id.slice(0, cut))?.get(number)
  }

  set(id: string, part: number): void {
    const cut = id.lastIndexOf('/') + 1
    const number = numberOf(id, cut)
    if (number === null) {
      this.#texts.set(id, part)
      return
    }
    const type = id.slice(0, cut)
    let known = this.#numbers.get(type)
    if (!known) {
      known = new Numbers()
      this.#numbers.set(type, known)
    }
    known.set(number, part)
  }
}

/** The number an id ends with; null where it ends with something that a number does not write the same. */
function numberOf(id: string, cut: number): number | null {
  const own = id.slice(cut)
  const number = Number(own)
  return number > 0 && Number.isSafeInteger(number) && String(number) === own ? number : null
}
