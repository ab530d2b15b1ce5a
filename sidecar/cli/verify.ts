/** `ledger verify`. */
import { readFileSync } from 'node:fs'
import { replayGrants } from '../actions/replay.js'
import { replaySentence } from '../actions/replay-verdict.js'
import { asJson, lostSentence, type Verification, verifyLedger } from '../actions/verify.js'
import type { ProblemKind } from '../actions/verify-chain.js'
import { checkpointFiles } from '../checkpoint-files.js'
import { readCheckpoint } from '../domain/checkpoint.js'
import { NoteError } from '../domain/note.js'
import { readReceipt } from '../domain/receipt.js'
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

const GIVE =
  'give a file with a checkpoint that you kept, as `scripts/rocket ledger checkpoint` prints it, or with a receipt (.tlog-proof)'

/** @throws UsageError for a file that is not there, or is something else: that is no word about the ledger. */
function given({ options: { against } }: Invocation) {
  return texts(against).map((path) => {
    const text = readGiven(path)
    if (!isKept(text)) throw new UsageError(`--against ${path} is neither a checkpoint nor a receipt: ${GIVE}`)
    return { name: path, text }
  })
}

function readGiven(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`--against ${path} cannot be read (${(error as Error).message}): ${GIVE}`)
  }
}

/** Whether it has the form; whether it is signed, and by whom, is for the verification to say. */
function isKept(text: string): boolean {
  try {
    const note = noteIn(text)
    readCheckpoint(note)
    return note.includes('\n\n')
  } catch (error) {
    if (error instanceof NoteError) return false
    throw error
  }
}

const noteIn = (text: string): string => (text.startsWith('c2sp.org/') ? readReceipt(text).checkpoint : text)

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

const STOP = 'stop the server, keep a copy of the whole home as it is,'
const RESTORE = 'restore the newest backup that verifies'
const ASK =
  'What was given up is no fault: ask for the record of that incident, and keep a checkpoint under the name that the ledger has now.'

/** What to do, by what the problems are about: the first of these kinds that is among them. */
const ADVICE: Readonly<Record<ProblemKind, string>> = {
  checkpoint: `What to do: make sure that the checkpoint and the key are of this ledger; if they are, ${STOP} ${RESTORE}, and tell whoever keeps checkpoints: show them that one and the newest from here.`,
  file: `What to do: ${STOP} look at the disk and at who can write to the file, and ${RESTORE}.`,
  entry: `What to do: ${STOP} and ${RESTORE}.`,
  table: `What to do: the entries that were read are sound, what is kept beside them is not: ${STOP} ${RESTORE}, and look who wrote into the database.`,
  given_up: ASK,
}
const KINDS = Object.keys(ADVICE) as ProblemKind[]

function told(result: Verification): string[] {
  const { ok, entries, head, root, kinds, problems, declaredLost } = result
  const read = `${grouped(entries)} entries read, head ${head.seq} ${head.hash}, root ${root}`
  const lost = declaredLost.length === 0 ? [] : [...declaredLost.map(lostSentence), ASK]
  if (ok) return [`The ledger verifies: ${read}; ${[...found(result), ...agreeing(result)].join('; ')}.`, ...lost]
  const [first, ...others] = problems.map(({ seq, message }) => `${seq === null ? '' : `entry ${seq}: `}${message}`)
  return [
    `The ledger does NOT verify. First: ${first}.`,
    ...others.map((line) => `  then: ${line}`),
    `${read}.`,
    ...new Set([...lost, ADVICE[KINDS.find((kind) => kinds.includes(kind))!]]),
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
