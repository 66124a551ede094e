// How fast something is: an exponentially weighted mean of measurements, the first few averaged plainly.

export class Pace {
  readonly #weight: number;
  #value = 0;
  #measurements = 0;

  /** @param weight of the newest measurement in the long run, 0 to 1 */
  constructor(weight: number) {
    this.#weight = weight;
  }

  get measured(): boolean {
    return this.#measurements > 0;
  }

  /** The mean; null before the first measurement. */
  get value(): number | null {
    return this.#measurements ? this.#value : null;
  }

  /** @param least weight of this measurement */
  add(measurement: number, least = 0): void {
    this.#measurements += 1;
    this.#value += (measurement - this.#value) * Math.max(this.#weight, least, 1 / this.#measurements);
  }
}
