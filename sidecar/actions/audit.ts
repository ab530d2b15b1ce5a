/** Makes the one file that an auditor is given: what was checked, what was in force, who did what, and proofs to check it by. */
import { rmSync } from 'node:fs'
import { zipped } from '../archive/zip.js'
import type { Context } from '../context.js'
import { monthOf } from '../domain/budget.js'
import { type Checkpoint, readCheckpoint } from '../domain/checkpoint.js'
import { digestOf, partOf, place, writeNew } from '../files.js'
import { checkpointsBetween, entriesOf, type Range, rangeOf } from '../store/audit-evidence.js'
import { recordAdministration } from './administer.js'
import { budgetsFile } from './audit-budgets.js'
import { budgetsOf, configurationFiles, publishedSets } from './audit-configurations.js'
import { readme } from './audit-readme.js'
import { pickSample, sampleFiles, seedOf } from './audit-sample.js'
import { type EvidenceFile, readLine, tables } from './audit-tables.js'
import { replayGrants } from './replay.js'
import type { Replay, Verdict } from './replay-verdict.js'
import { asJson, type Verification, verifyLedger } from './verify.js'
import type { NamedText } from './verify-checkpoints.js'

export interface AuditOrder {
  /** The period as it was written, and as instants: `to` is not in it. */
  readonly from: string
  readonly to: string
  readonly begins: number
  readonly ends: number
  /** Which sample; null: the one that the ledger itself gives. */
  readonly seed: number | null
  /** Where the file goes. */
  readonly out: string
  readonly actor: string
  /** The checkpoints that are kept as files. */
  readonly files: readonly NamedText[]
  readonly onProgress: (what: string, done: number, of: number) => void
}

export interface Evidence {
  /** Whether the ledger verifies, and every grant comes out as it is. */
  readonly ok: boolean
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** The entry that says it was made. */
  readonly entry: number
  /** The entries of the period. */
  readonly first: number
  readonly last: number
  readonly seed: number
  readonly sample: readonly number[]
  readonly checkpoint: string
  readonly verification: Verification
  readonly replay: Replay
}

type Needs = Pick<Context, 'stores' | 'rules' | 'notary' | 'reader' | 'now'>

/**
 * Everything in it is under the checkpoint that is signed when it begins. It stands under another name until that it is given out
 * is on the ledger.
 * @throws HomeError where the ledger was never signed.
 */
export function audit(needs: Needs, order: AuditOrder): Evidence {
  const { stores, rules, notary, now } = needs
  const checkpoint = notary.atHand()
  const signed = readCheckpoint(checkpoint)
  const range = rangeOf(needs.reader, order.begins, order.ends, signed.size)
  const seed = order.seed ?? seedOf(signed.root)
  const sample = pickSample(range, seed)
  const checked = check(needs, order, signed, checkpoint, new Set(sample))
  const made = now()
  const files = gather(needs, { order, signed, checkpoint, range, seed, sample, made, ...checked })
  const part = partOf(order.out)
  try {
    const bytes = writeNew(part, zipped(files))
    const sha256 = digestOf(part)
    const { from, to, actor } = order
    const detail = { from, to, entries: signed.size, seed, sample, sha256 }
    const what = { actor, reason: 'evidence given out', detail, now: made }
    const entry = stores.writer.write(() => recordAdministration(stores.ledger, rules.current(), what))
    place(part, order.out)
    const { verification, replay } = checked
    const ok = verification.ok && replay.problems.length === 0
    const entries = { first: range.after + 1, last: range.upTo }
    return { ok, file: order.out, bytes, sha256, entry, ...entries, seed, sample, checkpoint, verification, replay }
  } finally {
    // Half a file that names people is not left lying about.
    rmSync(part, { force: true })
  }
}

interface Checked {
  readonly verification: Verification
  readonly replay: Replay
  /** Of the sample. */
  readonly verdicts: ReadonlyMap<number, Verdict>
}

function check(
  { reader }: Needs,
  { files, onProgress }: AuditOrder,
  { size }: Checkpoint,
  checkpoint: string,
  sample: ReadonlySet<number>,
): Checked {
  const verification = verifyLedger(reader, {
    quick: false,
    files,
    against: [{ name: 'the one in this archive', text: checkpoint }],
    onProgress: (done, of) => onProgress('verifying', done, of),
  })
  const verdicts = new Map<number, Verdict>()
  const replay = replayGrants(reader, {
    upTo: size,
    onProgress: (done, of) => onProgress('deciding again', done, of),
    onVerdict: (seq, verdict) => {
      if (sample.has(seq)) verdicts.set(seq, verdict)
    },
  })
  return { verification, replay, verdicts }
}

interface Gathered extends Checked {
  readonly order: AuditOrder
  readonly signed: Checkpoint
  readonly checkpoint: string
  readonly range: Range
  readonly seed: number
  readonly sample: readonly number[]
  readonly made: number
}

/** The files in their order, each made when it is asked for; the page on top comes last, since it counts the others. */
function* gather({ stores, rules, notary, reader }: Needs, gathered: Gathered): Generator<EvidenceFile> {
  const { order, signed, checkpoint, range, seed, sample, verification, replay, verdicts } = gathered
  const { size, origin, root } = signed
  const { settings, civil } = rules.current()
  const counts = new Map<string, number>()
  const count = (path: string) => void counts.set(path, (counts.get(path) ?? 0) + 1)
  const who = (actor: string) => stores.ledger.subjects.shown(actor)
  const made = new Date(gathered.made).toISOString()
  const under = { origin, size, root: root.toString('base64') }
  const period = { from: order.from, to: order.to, entries: [range.after + 1, range.upTo] }
  const found = { made, ...period, checkpoint: under, seed, sample, verification: asJson(verification), replay }
  yield file('verification.json', `${JSON.stringify(found, null, 2)}\n`)
  yield file('key.txt', keys(reader, notary.keys.vkeys(), size))
  yield file('checkpoint', checkpoint)
  const days = new Map(
    checkpointsBetween(reader, order.begins, order.ends).map(({ time, note }) => [
      new Date(time).toISOString().slice(0, 10),
      note,
    ]),
  )
  for (const [day, note] of days) yield file(`checkpoints/${day}`, note)
  const sets = publishedSets(reader, size)
  yield* configurationFiles(sets, range, who, count)
  yield* tables({ connection: reader, who }, range, count)
  const months = [order.begins, order.ends - 1].map((instant) => civil.dayOf(Math.min(instant, gathered.made)))
  const first = [months[0]!, sets[0]?.body.day ?? ''].sort().at(-1)!
  yield budgetsFile(reader, budgetsOf(sets), [monthOf(first), monthOf(months[1]!)], size, count)
  yield* sampleFiles(reader, sample, verdicts, (seq) => notary.receipt(seq, checkpoint))
  const { from, to, actor } = order
  const told = { from, to, actor, timezone: settings.timezone, range, checkpoint: signed, made, seed, sample }
  const counted = { seedGiven: order.seed !== null, verification, replay, counts, checkpoints: days.size }
  yield file('README.txt', readme({ ...told, ...counted }))
}

const file = (path: string, text: string): EvidenceFile => ({ path, content: [Buffer.from(text)] })

/** The keys that sign now, and every one that ever did, by the entry that says so. */
function keys(connection: Context['reader'], now: readonly string[], upTo: number): string {
  const entered = [...entriesOf(connection, ['key'], { after: 0, upTo })].flatMap(readLine)
  const lines = entered.map(({ seq, record }) => {
    const { origin, vkey, ...more } = record?.detail ?? {}
    const rest = Object.keys(more).length === 0 ? '' : `\n  ${JSON.stringify(more)}`
    return `entry ${seq}, ${record?.at}: ${record?.reason}\n  ${origin}\n  ${vkey}${rest}`
  })
  return `Signs now, the newest first:\n${now.join('\n')}\n\nCame into use:\n${lines.join('\n')}\n`
}
