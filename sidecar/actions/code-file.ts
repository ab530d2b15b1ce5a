/** A file of bought codes, line by line. */
import { parse } from 'csv-parse/sync'
import { isCivilDay } from '../rules/values.js'
import { Refusal } from './refusal.js'

export interface CodeLine {
  readonly line: number
  readonly code: string
  /** The last civil day on which it works; null: it always does. */
  readonly expires: string | null
}

/** A line that was not taken, and why. It names no code. */
export interface RefusedLine {
  readonly line: number
  readonly message: string
}

const LONGEST_CODE = 255

/**
 * @param text CSV whose first line names the columns `code` and, where codes lapse, `expires`.
 * @param today the civil day: what lapsed before is refused.
 * @throws Refusal where the file is none of codes.
 */
export function readCodeFile(text: string, today: string): { codes: CodeLine[]; refused: RefusedLine[] } {
  const seen = new Map<string, number>()
  const codes: CodeLine[] = []
  const refused: RefusedLine[] = []
  for (const { line, code, expires } of readLines(text)) {
    const earlier = seen.get(code)
    const fault = faultOf(code, expires, today) ?? (earlier ? `this code stands in line ${earlier} already` : null)
    if (fault === null) codes.push({ line, code, expires: expires === '' ? null : expires })
    else refused.push({ line, message: fault })
    seen.set(code, earlier ?? line)
  }
  return { codes, refused }
}

const COLUMNS = ['code', 'expires']

function readLines(text: string): { line: number; code: string; expires: string }[] {
  const rows = parseCsv(text)
  const header = rows[0]?.record.map((name) => name.toLowerCase()) ?? []
  const [codeAt, expiresAt] = [header.indexOf('code'), header.indexOf('expires')]
  // Without it a heading in other words would be handed out as a code.
  if (codeAt < 0) {
    throw new Refusal('malformed', 'The first line must name the columns: code, and expires where codes lapse.')
  }
  const strange = header.filter((name) => !COLUMNS.includes(name))
  if (strange.length > 0) {
    const why = 'A learner is shown the code alone: put what belongs to it (a PIN) into that column.'
    throw new Refusal('malformed', `No column is called ${strange.join(', ')}; there are code and expires. ${why}`)
  }
  if (rows.length === 1) throw new Refusal('malformed', 'There are no codes in this file.')
  return rows.slice(1).map(({ record, info }) => ({
    line: info.lines,
    code: (record[codeAt] ?? '').trim(),
    expires: (record[expiresAt] ?? '').trim(),
  }))
}

function parseCsv(text: string): { record: string[]; info: { lines: number } }[] {
  // Spreadsheets separate by comma, semicolon or tab, as their country does; the heading tells.
  const [heading = ''] = text.split(/[\r\n]/, 1)
  const delimiter = [';', '\t'].find((sign) => heading.includes(sign) && /\bcode\b/i.test(heading)) ?? ','
  const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true, delimiter }
  try {
    return parse(text, options) as unknown as { record: string[]; info: { lines: number } }[]
  } catch (error) {
    // Of the error only its name and place: its message holds a piece of the line.
    const { code, lines } = error as { code?: string; lines?: number }
    throw new Refusal('malformed', `This is no CSV: ${code} in line ${lines}.`)
  }
}

function faultOf(code: string, expires: string, today: string): string | null {
  if (code === '') return 'there is no code'
  if (code.length > LONGEST_CODE || /[\u0000-\u001f\u007f]/.test(code))
    return 'this is no code: too long, or not plain text'
  if (expires !== '' && !isCivilDay(expires)) return 'expires must be a day such as 2027-07-31'
  return expires !== '' && expires < today ? `this code lapsed on ${expires}` : null
}
