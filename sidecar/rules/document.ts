/** The text of one YAML file as a tree of cursors. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLError } from 'yaml'
import { Cursor, type Member, type Place, quote, type Scalar, type Shape } from './cursor.js'
import { hazardsOf, UNPRINTABLE } from './hazards.js'
import type { Report } from './report.js'

/** Values that aliases may repeat in one file: plenty for sharing a list of conditions, too few for a billion laughs. */
const MOST_REPEATED = 10_000

/**
 * Reads one file. What is not YAML, or YAML of a kind that is refused here (tags, merge keys, directives, too large, too
 * deep), is reported.
 * @returns null where nothing of the file can be used. An empty file is a scalar `null`.
 */
export function readDocument(file: string, text: string, report: Report): Cursor | null {
  const content = text.replace(/^\uFEFF/, '')
  const lines = linesOf(content)
  const fail = (offset: number, message: string) =>
    report.add({ severity: 'error', file, ...placeIn(lines, offset), message })

  const hazards = hazardsOf(content)
  for (const { offset, message } of hazards) fail(offset, message)
  if (hazards.length > 0) return null

  // Keys are compared in Builder.map: the library's own check takes minutes for a large map, and names only one place.
  const document = parseDocument(content, { version: '1.2', strict: true, uniqueKeys: false, prettyErrors: false })
  for (const error of document.errors) fail(error.pos[0], syntaxMessage(error))
  if (document.errors.length > 0) return null
  return new Builder(file, lines, report).build(document.contents, 'this file')
}

class Builder {
  /** Anchors read so far. An anchor is entered after its value, so that no value can contain itself. */
  readonly #anchors = new Map<string, { cursor: Cursor; size: number }>()
  #values = 0
  #repeated = 0

  constructor(
    private readonly file: string,
    private readonly lines: LineCounter,
    private readonly report: Report,
  ) {}

  /** @param key where to point if the value is empty. */
  build(node: Node | null, name: string, key?: Place): Cursor {
    const place = key && isEmpty(node) ? key : this.place(node)
    if (isAlias(node)) return this.alias(node.source, name, place)
    const before = this.#values
    this.#values += 1
    const shape = this.shape(node, name)
    const lostAll = isMap(node) && node.items.length > 0 && shape.kind === 'map' && shape.entries.length === 0
    const cursor = lostAll
      ? new Cursor(shape, name, this.file, place, this.report, true)
      : this.cursor(shape, name, place)
    if (node !== null && 'anchor' in node && node.anchor !== undefined) {
      this.#anchors.set(node.anchor, { cursor, size: this.#values - before })
    }
    return cursor
  }

  private shape(node: Node | null, name: string): Shape {
    if (isMap<Node, Node | null>(node)) return { kind: 'map', entries: this.entries(node.items) }
    if (isSeq<Node>(node)) {
      return { kind: 'list', items: node.items.map((item) => this.build(item, `an item of ${name}`)) }
    }
    if (isScalar(node)) return this.scalar(node.value, node.source ?? '')
    return { kind: 'scalar', value: null, source: '' }
  }

  private scalar(value: unknown, source: string): Shape {
    const plain: Scalar = typeof value === 'number' || typeof value === 'boolean' || value === null ? value : source
    return { kind: 'scalar', value: plain, source }
  }

  private entries(pairs: readonly Pair<Node, Node | null>[]): Member[] {
    const first = new Map<string, Cursor>()
    return pairs.flatMap((pair) => {
      const entry = this.entry(pair)
      if (entry === null) return []
      const earlier = first.get(entry.name)
      if (earlier) {
        entry.key.fail(`${quote(entry.name)} stands twice here, first in line ${earlier.place.line}; keep one of them`)
        return []
      }
      first.set(entry.name, entry.key)
      return [entry]
    })
  }

  private entry(pair: Pair<Node, Node | null>): Member | null {
    const place = this.place(pair.key)
    const key = this.cursor(this.shape(isScalar(pair.key) ? pair.key : null, 'a key'), 'a key', place)
    if (key.shape.kind !== 'scalar' || key.shape.value === null) {
      return key.fail('a key must be a plain word in front of a colon')
    }
    const name = key.shape.source
    if (name === '<<') return key.fail('merge keys (`<<`) are not used here; write the keys out')
    return { key, name, value: this.build(pair.value, quote(name), place) }
  }

  private alias(name: string, label: string, place: Place): Cursor {
    const anchor = this.#anchors.get(name)
    if (!anchor) {
      const called = quote(`&${name}`)
      const message = `no anchor above is called ${called}; a text that begins with a star must stand in quotes`
      return this.refuse({ kind: 'scalar', value: null, source: '' }, label, place, message)
    }
    this.#values += anchor.size
    this.#repeated += anchor.size
    if (this.#repeated <= MOST_REPEATED) return anchor.cursor
    const message = `the aliases of this file repeat more than ${MOST_REPEATED} values; write them out or use fewer`
    return this.refuse({ kind: 'scalar', value: null, source: '' }, label, place, message)
  }

  private cursor(shape: Shape, name: string, place: Place): Cursor {
    // Escapes can bring in what the file itself may not hold.
    if (shape.kind !== 'scalar' || !UNPRINTABLE.test(shape.source)) {
      return new Cursor(shape, name, this.file, place, this.report)
    }
    const message =
      'an invisible character hides in this text: in double quotes a backslash begins an escape; use single quotes'
    return this.refuse(shape, name, place, message)
  }

  private refuse(shape: Shape, name: string, place: Place, message: string): Cursor {
    this.report.add({ severity: 'error', file: this.file, ...place, message })
    return new Cursor(shape, name, this.file, place, this.report, true)
  }

  private place(node: Node | null): Place {
    return node?.range ? placeIn(this.lines, node.range[0]) : { line: 1, column: 1 }
  }
}

const isEmpty = (node: Node | null): boolean => node === null || (isScalar(node) && node.value === null && !node.source)

function linesOf(text: string): LineCounter {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
  return lines
}

function placeIn(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}

function syntaxMessage(error: YAMLError): string {
  const hint =
    error.code === 'BAD_DQ_ESCAPE'
      ? ' (in double quotes a backslash begins an escape: write event classes without quotes, or in single ones)'
      : error.message.startsWith('Block scalar')
        ? ' (a test that begins with > must stand in quotes: ">=80")'
        : error.code === 'BAD_SCALAR_START'
          ? ' (put the value in quotes)'
          : ''
  return `this is not YAML: ${error.message}${hint}`
}
