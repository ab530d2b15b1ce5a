/** CSV as spreadsheets and Moodle write it (RFC 4180), record by record, with the line that each begins on. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parse } from 'csv-parse'

/** No record of a log comes near this; a quotation mark that is never closed does. */
const LONGEST_RECORD = 1 << 20

export interface CsvReader {
  /** `line`: where the record begins, from 1. The first record is the heading. */
  onRecord(fields: readonly string[], line: number): void
  /** What could not be split into records; `line`: where that begins. */
  onBroken(line: number, message: string): void
}

/** Of comma, semicolon (a spreadsheet's idea of CSV in half of Europe) and tab the one that the first line holds most of. */
export function delimiterOf(head: string): string {
  const line = head.slice(0, head.indexOf('\n') + 1 || undefined)
  const count = (delimiter: string) => line.split(delimiter).length
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best))
}

/** Reads all records of a text whose line endings are `\n`. */
export async function readCsv(text: AsyncIterable<string>, delimiter: string, reader: CsvReader): Promise<void> {
  let lines = 0
  let broken = false
  const parser = parse({
    delimiter,
    record_delimiter: '\n',
    relax_column_count: true,
    // A stray mark inside a field is text, as spreadsheets read it.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LONGEST_RECORD,
    on_record: (fields: string[], info) => {
      if (!broken) reader.onRecord(fields, lines + 1)
      lines = info.lines
      return null
    },
  })
  parser.on('skip', () => {
    // The parser says so again after every further megabyte.
    if (broken) return
    broken = true
    reader.onBroken(lines + 1, 'has a quotation mark that is never closed, so nothing from here on was read')
  })
  parser.resume()
  await pipeline(Readable.from(text), parser)
}
