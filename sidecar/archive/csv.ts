/** CSV as people's programs read it: RFC 4180, UTF-8, lines that end in CR LF. */

export type Cell = string | number | boolean | null | undefined

/** A cell. Text that a spreadsheet would take for a formula has an apostrophe in front; numbers never have. */
export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** Lines are gathered to pieces of about this many characters. */
const PIECE = 65_536

/** A table in pieces, its headings first. @param columns headings in their order: the keys of each row. */
export function* csv<Column extends string>(
  columns: readonly Column[],
  rows: Iterable<Readonly<Record<Column, Cell>>>,
): Generator<Buffer> {
  let text = `${columns.join()}\r\n`
  for (const row of rows) {
    text += `${columns.map((column) => csvCell(row[column])).join()}\r\n`
    if (text.length < PIECE) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}
