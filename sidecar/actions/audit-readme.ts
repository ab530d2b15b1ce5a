/** The page on top of the evidence: what it is, in words. */
import type { Checkpoint } from '../domain/checkpoint.js'
import type { Range } from '../store/audit-evidence.js'
import { type Replay, replaySentence } from './replay-verdict.js'
import { lostSentence, type Verification } from './verify.js'

export interface Told {
  /** As they were given, and the zone in which bare dates begin. */
  readonly from: string
  readonly to: string
  readonly timezone: string
  readonly range: Range
  readonly checkpoint: Checkpoint
  /** RFC 3339. */
  readonly made: string
  readonly actor: string
  readonly seed: number
  readonly seedGiven: boolean
  readonly sample: readonly number[]
  readonly verification: Verification
  readonly replay: Replay
  /** path → lines. */
  readonly counts: ReadonlyMap<string, number>
  /** How many checkpoints of the period are there. */
  readonly checkpoints: number
}

const CONTENTS: readonly (readonly [path: string, what: string])[] = [
  ['approvals.csv', 'approvals of rewards, from the first on'],
  ['adjustments.csv', 'balances that a person corrected, and why'],
  ['administration.csv', 'imports, pauses, merges, freezes, keys …'],
  ['budgets.csv', 'what each month could pay, and what it did'],
  ['tokens.csv', 'tokens that were issued or revoked'],
  ['erasures.csv', 'learners who were forgotten'],
  ['configurations/', 'sets of rules that were in force, whole'],
  ['checkpoints/', 'signed here, the last of each day'],
  ['sample.csv', 'entries by chance, with records and receipts'],
]

export function readme(told: Told): string {
  const { range, checkpoint, seed, sample } = told
  const { origin, size, root } = checkpoint
  const entries = range.upTo - range.after
  const period =
    entries === 0
      ? 'No entry was written in it.'
      : `${counted(entries)} entries were written in it: ${counted(range.after + 1)} to ${counted(range.upTo)}.`
  return `EVIDENCE FROM A LEDGER OF POINTS AND REWARDS

Ledger:  ${origin}
Period:  from ${told.from} up to, and not with, ${told.to} (${told.timezone}).
         ${period}
Made:    ${told.made}, by ${told.actor},
         over all ${counted(size)} entries that there were.

VERDICT
${[verdict(told.verification), ...told.verification.declaredLost.map(lostSentence)].map(wrapped).join('\n')}
${wrapped(replaySentence(told.replay))}

WHAT WAS CHECKED
${wrapped(
  'Every entry of the ledger, not only those of the period: its number, its hash and the hash of the one before; the ' +
    'Merkle tree over all of them, and every checkpoint that was kept here; each private record against what its entry ' +
    'commits to; balances, points that lapse, redemptions, stock and budgets, worked out anew from the entries. Then each ' +
    'grant and each revocation was decided again, by the rules that were in force and by what the ledger said at that ' +
    'time. All results are in verification.json.',
)}

WHAT TO COMPARE
${wrapped(
  '1. The public key in key.txt with the one that you wrote down before. 2. The file checkpoint with what you kept: the ' +
    'checkpoints in your nightly mails, or in Moodle. What lies in this archive comes from the machine that is audited and ' +
    'proves nothing alone; what you hold yourself does. An earlier checkpoint is compared by ' +
    '`scripts/rocket ledger verify --against FILE`, or by you over an export (`ledger export --format jsonl`).',
)}
  ${counted(size)} entries, root ${root.toString('base64')}

HOW TO CHECK WITHOUT OUR PROGRAM
${wrapped(
  'Checkpoints are C2SP signed notes (Ed25519) and receipts are c2sp.org/tlog-proof@v1, proofs of RFC 6962: Go’s ' +
    'golang.org/x/mod/sumdb/note and tlog read both. The hash of an entry is SHA-256 over one zero byte and its body. A page of ' +
    'Python in the documentation (docs/evidence.md) checks the sample: bodies, records, receipts, and that the seed picks these ' +
    'entries and no others.',
)}

WHAT IS IN HERE
${CONTENTS.map(([path, what]) => `  ${path.padEnd(19)} ${lines(told, path).padStart(7)}  ${what}`).join('\n')}
${wrapped(
  `The seed of the sample is ${seed}. ${
    told.seedGiven
      ? 'It was given by whoever made this.'
      : 'It is the beginning of the root above, so nobody chose it; but whoever makes such a file twice has two samples. To be ' +
        'sure, give a seed of your own: --seed.'
  } Entries: ${sample.length === 0 ? 'none' : sample.join(', ')}.`,
)}
${wrapped(
  'There are no undo runs: no command of this version takes back all that a rule granted. Grants are taken back by events alone, ' +
    'and revocations were decided again as grants were. Cancelled redemptions are entries of kind refund; no table lists them.',
)}

WHAT IS NOT PROVEN
${wrapped(
  'That what Moodle reported is true, and that everything was reported. What was refused: only grants are on the ledger. Anything ' +
    'after the checkpoint. Badges, completions, and deeds that were undone before they paid stand on no entry, so no grant can be ' +
    'judged by them.',
)}

PERSONAL DATA
${wrapped(
  'This archive names learners and members of staff. Who is erased from the ledger later is still in it: keep it under lock, and ' +
    'delete it when it has served. That it was made stands on the ledger, with its SHA-256.',
)}
`
}

function verdict({ ok, entries, opened, erased, problems, head }: Verification): string {
  const [first] = problems
  if (ok) {
    const records = `${counted(opened)} private records open${erased > 0 ? `, ${counted(erased)} are erased` : ''}`
    return `The ledger verifies: ${counted(entries)} entries were read, up to ${head.seq}; ${records}; everything that is kept beside them agrees.`
  }
  return `The ledger does NOT verify. First: ${first?.seq == null ? '' : `entry ${first.seq}: `}${first?.message}.`
}

function lines({ counts, sample, checkpoints }: Told, path: string): string {
  if (path === 'sample.csv') return counted(sample.length)
  if (path === 'checkpoints/') return counted(checkpoints)
  return counted(counts.get(path === 'configurations/' ? `${path}index.csv` : path) ?? 0)
}

const WIDTH = 78

function wrapped(text: string): string {
  const made = ['']
  for (const word of text.split(' ')) {
    const line = made.at(-1)!
    if (line === '') made[made.length - 1] = word
    else if (line.length + 1 + word.length <= WIDTH) made[made.length - 1] = `${line} ${word}`
    else made.push(word)
  }
  return made.join('\n')
}

/** `1,234`. */
const counted = (count: number): string => count.toLocaleString('en-GB')
