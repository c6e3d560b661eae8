const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const HEX = '0123456789abcdef';

/** All the chance of the simulator: the same seed gives the same numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  hex(length: number): string {
    return this.#characters(HEX, length);
  }

  /** Upper-case letters and digits, as in CodeDeploy's `d-1A2B3C4D5`. */
  code(length: number): string {
    return this.#characters(LETTERS_AND_DIGITS, length);
  }

  /** A version 4 UUID. */
  uuid(): string {
    const variant = HEX[8 + Math.floor(this.next() * 4)] ?? '8';
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`;
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, order: this.next() }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item);
  }

  #characters(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[Math.floor(this.next() * alphabet.length)] ?? '').join('');
  }
}

export function pick<const T>(random: Random, values: readonly T[]): T {
  if (values.length === 0) throw new Error('nothing to pick from');
  return values[Math.floor(random.next() * values.length)] as T;
}
