/** NDJSON: one LearningEvent as on the wire in each line. */
import type { LearningEvent } from '../domain/learning-event.js'
import { readLearningEvent } from './learning-event.js'

/** An event has a few hundred characters: a longer line is something else. */
const LONGEST_LINE = 1 << 20

export interface NdjsonReader {
  /** Of every line that is not blank, before what it holds. */
  onLine(): void
  onEvent(event: LearningEvent): void
  onFault(line: number, message: string): void
}

/** Reads every line of a text whose line endings are `\n`; blank lines are nothing. */
export async function readNdjson(text: AsyncIterable<string>, reader: NdjsonReader): Promise<void> {
  let rest = ''
  let number = 0
  for await (const piece of text) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) readLine(line, ++number, reader)
    if (rest.length > LONGEST_LINE) {
      reader.onFault(number + 1, 'is longer than a line with one event can be, so nothing from here on was read')
      return
    }
  }
  readLine(rest, number + 1, reader)
}

function readLine(line: string, number: number, reader: NdjsonReader): void {
  if (line.trim() === '') return
  reader.onLine()
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    reader.onFault(
      number,
      'is not JSON: each line holds one event, whole, as {"id": …, "event": …, "time": …, "user": …}',
    )
    return
  }
  const read = readLearningEvent(value)
  if ('event' in read) reader.onEvent(read.event)
  else for (const { pointer, message } of read.faults) reader.onFault(number, `${pointer || 'the event'} ${message}`)
}
