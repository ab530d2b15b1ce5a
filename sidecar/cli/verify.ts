/** `ledger verify`. */
import { readFileSync } from 'node:fs'
import { replayGrants } from '../actions/replay.js'
import { replaySentence } from '../actions/replay-verdict.js'
import { asJson, lostSentence, type Verification, verifyLedger } from '../actions/verify.js'
import { checkpointFiles } from '../checkpoint-files.js'
import { NoteError } from '../domain/note.js'
import { type Command, counted, DONE, type Invocation, PROBLEM, UsageError, withReader } from './command.js'
import { createProgress, grouped } from './progress.js'

export const verify: Command = {
  name: 'ledger verify',
  usage: '[--quick] [--replay] [--against FILE]… [--key VKEY]…',
  summary: 're-derives everything from the raw rows; names the first broken entry; holds it against kept checkpoints',
  options: {
    quick: { type: 'boolean' },
    replay: { type: 'boolean' },
    against: { type: 'string', multiple: true },
    key: { type: 'string', multiple: true },
  },
  run: (invocation) => {
    const quick = invocation.options.quick === true
    const against = given(invocation)
    const keys = keysOf(invocation)
    // Before the database: every checkpoint in a file is over entries that are in it by then.
    const files = named(checkpointFiles(invocation.config.home))
    return withReader(invocation.config, (connection) => {
      const progress = createProgress()
      const onProgress = (done: number, of: number) => progress.show(`${grouped(done)} of ${grouped(of)} entries`)
      const result = refusingKeys(() => verifyLedger(connection, { quick, onProgress, files, against, keys }))
      const replay = invocation.options.replay === true ? replayGrants(connection, { onProgress }) : null
      progress.end()
      const lines = [...told(result), ...(replay ? [replaySentence(replay)] : [])]
      invocation.print({ ...asJson(result), ...(replay && { replay }) }, lines.join('\n'))
      return result.ok && (replay?.problems.length ?? 0) === 0 ? DONE : PROBLEM
    })
  },
}

const named = (texts: ReadonlyMap<string, string>) => [...texts].map(([name, text]) => ({ name, text }))

const texts = (option: unknown): readonly string[] => (Array.isArray(option) ? option : [])

function given({ options: { against } }: Invocation) {
  const paths = texts(against)
  return named(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')])))
}

/** A value may hold several, a line each, as `ledger key` prints them. */
function keysOf({ options: { key } }: Invocation): string[] {
  return texts(key).flatMap((value) => value.trim().split(/\s*\n\s*/))
}

function refusingKeys<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof NoteError) throw new UsageError(error.message)
    throw error
  }
}

function told(result: Verification): string[] {
  const { ok, entries, head, root, problems, declaredLost } = result
  const read = `${grouped(entries)} entries read, head ${head.seq} ${head.hash}, root ${root}`
  const lost = declaredLost.map(lostSentence)
  if (ok) return [`The ledger verifies: ${read}; ${[...found(result), ...agreeing(result)].join('; ')}.`, ...lost]
  const [first, ...others] = problems.map(({ seq, message }) => `${seq === null ? '' : `entry ${seq}: `}${message}`)
  return [
    `The ledger does NOT verify. First: ${first}.`,
    ...others.map((line) => `  then: ${line}`),
    `${read}.`,
    ...lost,
    'What to do: stop the server, keep a copy of the whole home as it is, and restore the newest backup that verifies.',
  ]
}

function found({ quick, opened, erased }: Verification): string[] {
  if (quick) return ['chain and tree only (--quick)']
  const gone = erased > 0 ? `, ${grouped(erased)} erased` : ''
  return [`${grouped(opened)} private records opened${gone}, balances and indexes agree`]
}

function agreeing({ checkpoints: { own, against } }: Verification): string[] {
  const kept = own === 0 ? 'no checkpoint is kept here' : `${counted(own, 'checkpoint')} kept here agree`
  return against === 0 ? [kept] : [kept, `${counted(against, 'checkpoint')} that you gave agree`]
}
