import type { JsonValue } from '../domain/canonical.js'
import type { Report } from './report.js'

export type Scalar = string | number | boolean | null

/** Where something stands in a file; both from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

export interface Member {
  readonly key: Cursor
  readonly name: string
  readonly value: Cursor
}

export type Shape =
  | { readonly kind: 'map'; readonly entries: readonly Member[] }
  | { readonly kind: 'list'; readonly items: readonly Cursor[] }
  /** `source` is the value as written, so that an id such as `007` keeps its zeros. */
  | { readonly kind: 'scalar'; readonly value: Scalar; readonly source: string }

/** One value of a file: what it is, what its key is called, where it stands, and a way to say what is wrong with it. */
export class Cursor {
  constructor(
    readonly shape: Shape,
    /** How messages call it: `` `points` ``, `an item of `caps``. */
    readonly name: string,
    readonly file: string,
    readonly place: Place,
    private readonly report: Report,
    /** The value was refused when the file was read: whatever else is wrong with it says nothing new. */
    private readonly refused = false,
  ) {}

  /** Reports an error here. Returns null, so that a reader can end with `return at.fail('…')`. */
  fail(message: string): null {
    if (!this.refused) this.report.add({ severity: 'error', file: this.file, ...this.place, message })
    return null
  }

  warn(message: string): void {
    if (!this.refused) this.report.add({ severity: 'warning', file: this.file, ...this.place, message })
  }

  /** `file:line:column`. */
  get where(): string {
    return `${this.file}:${this.place.line}:${this.place.column}`
  }

  /** What stands here, for the end of a message: `` `abc` ``, a list, nothing. */
  get found(): string {
    if (this.shape.kind !== 'scalar') return `a ${this.shape.kind}`
    if (this.shape.value === null) return 'nothing'
    return typeof this.shape.value === 'string' ? quote(this.shape.value) : quote(this.shape.source)
  }

  /** The plain value, as any YAML reader would see it. */
  get json(): JsonValue {
    const { shape } = this
    if (shape.kind === 'scalar') return shape.value
    if (shape.kind === 'list') return shape.items.map((item) => item.json)
    return Object.fromEntries(shape.entries.map(({ name, value }) => [name, value.json]))
  }
}

/** A piece of a file inside a message: marked as such, on one line and never endless. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return `\`${line.length > 60 ? `${line.slice(0, 60)}…` : line}\``
}
