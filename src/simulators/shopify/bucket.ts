/** What the vendor tells of a bucket of points. */
export interface ThrottleStatus {
  maximumAvailable: number
  currentlyAvailable: number
  restoreRate: number
}

/** Points of one app in one shop, filled again by the second of the real clock; sizes are those of the largest plan but one. */
export class Bucket {
  readonly #size: number
  readonly #rate: number
  #left: number
  #at = performance.now()

  constructor(size = 20_000, rate = 1000) {
    this.#size = size
    this.#rate = rate
    this.#left = size
  }

  #fill(): void {
    const now = performance.now()
    this.#left = Math.min(this.#size, this.#left + ((now - this.#at) / 1000) * this.#rate)
    this.#at = now
  }

  /** Whether a question of that cost may be asked now. */
  holds(cost: number): boolean {
    this.#fill()
    return this.#left >= cost
  }

  take(cost: number): void {
    this.#fill()
    this.#left = Math.max(0, this.#left - cost)
  }

  drain(): void {
    this.#fill()
    this.#left = 0
  }

  status(): ThrottleStatus {
    this.#fill()
    return {
      maximumAvailable: this.#size,
      currentlyAvailable: Math.floor(this.#left),
      restoreRate: this.#rate,
    }
  }
}
