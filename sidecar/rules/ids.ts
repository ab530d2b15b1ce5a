/** The ids of one list of a file: each stands once, and other keys name them. */
import { didYouMean } from './closest.js'
import { type Cursor, quote } from './cursor.js'
import type { Fields } from './fields.js'
import { identifier, type Reader, word } from './values.js'

export class Ids {
  readonly #places = new Map<string, Cursor>()
  #complete = true

  /**
   * @param what one of them, in a message: “tier”.
   * @param list the key under which they stand in rewards.yaml.
   */
  constructor(
    private readonly what: string,
    private readonly list: string,
  ) {}

  /** Some could not be read: what is not found may stand there, and nobody is blamed. */
  incomplete(): void {
    this.#complete = false
  }

  /** The `id` of a new one, claimed whatever else may be wrong with it, so that others may name it. */
  claim(fields: Fields): string | null {
    const id = fields.need('id', identifier)
    if (id === null) {
      this.incomplete()
      return null
    }
    const earlier = this.#places.get(id)
    const at = fields.key('id')
    if (!earlier) this.#places.set(id, at)
    else at.fail(`there is a ${this.what} ${quote(id)} already, in line ${earlier.place.line}; rename one`)
    return id
  }

  /** Reads a key that names one of them. */
  readonly named: Reader<string> = (at) => this.namedOr([])(at)

  /** Reads a key that names one of them, or is one of these words. */
  namedOr(words: readonly string[]): Reader<string> {
    return (at) => {
      const id = word(at)
      if (id === null || words.includes(id) || this.#places.has(id) || !this.#complete) return id
      if (this.#places.size === 0 && words.length === 0) {
        return at.fail(`no ${this.list} are defined: add \`${this.list}\` to rewards.yaml, or leave this out`)
      }
      const close = didYouMean(id, [...words, ...this.#places.keys()])
      const allowed = words.length > 0 ? ` Allowed: ${words.join(', ')}, or the id of a ${this.what}` : ''
      return at.fail(`there is no ${this.what} ${quote(id)} in rewards.yaml${close}${allowed}`)
    }
  }
}
