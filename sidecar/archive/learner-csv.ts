/** A personal-data export as CSV (RFC 4180): a table for each kind of thing. */
import { type Cell, csvCell } from './csv.js'
import { zip } from './zip.js'

type Cells = Map<string, unknown>

/**
 * @param kept the export as JSON: single values, and lists of things.
 * @returns the text of each file by its name: `learner.csv` has one line with the single values, and each list that holds
 * anything has a file. What is in an object has columns such as `record.actor`; a list within one thing stands as JSON.
 */
export function csvFiles(kept: object): Map<string, string> {
  const parts = Object.entries(kept)
  const single = Object.fromEntries(parts.filter(([, value]) => !Array.isArray(value)))
  const lists = parts.filter((part): part is [string, object[]] => Array.isArray(part[1]) && part[1].length > 0)
  return new Map([
    ['learner.csv', table([single])],
    ...lists.map(([name, rows]): [string, string] => [`${name}.csv`, table(rows)]),
  ])
}

/** The same files in a ZIP. */
export const csvZip = (kept: object): Buffer =>
  zip(new Map([...csvFiles(kept)].map(([name, content]) => [name, Buffer.from(content)])))

function table(rows: readonly object[]): string {
  const flat = rows.map((row) => flatten(row))
  const columns = [...new Set(flat.flatMap((row) => [...row.keys()]))]
  const lines = [columns.map(cell), ...flat.map((row) => columns.map((column) => cell(row.get(column))))]
  return lines.map((cells) => `${cells.join()}\r\n`).join('')
}

function flatten(row: object, before = '', into: Cells = new Map()): Cells {
  for (const [key, value] of Object.entries(row)) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isObject) flatten(value, `${before}${key}.`, into)
    else into.set(`${before}${key}`, value)
  }
  return into
}

const cell = (value: unknown): string =>
  csvCell(typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Cell))
