/** `audit`: the file that an auditor is given. */
import { audit, type Evidence } from '../actions/audit.js'
import { replaySentence } from '../actions/replay-verdict.js'
import { asJson } from '../actions/verify.js'
import { checkpointFiles } from '../checkpoint-files.js'
import {
  actor,
  type Command,
  counted,
  DONE,
  hasFolder,
  type Invocation,
  inForce,
  instantIn,
  PROBLEM,
  requiredOption,
  UsageError,
  withContext,
} from './command.js'
import { createProgress, grouped } from './progress.js'

export const auditCommand: Command = {
  name: 'audit',
  usage: '--from DATE --to DATE --out FILE.zip [--seed N]',
  summary: 'the evidence of a period in one file for an auditor; verifies, and decides every grant again',
  options: { from: { type: 'string' }, to: { type: 'string' }, out: { type: 'string' }, seed: { type: 'string' } },
  run: (invocation) => {
    const from = requiredOption(invocation, 'from', '2026-09-01')
    const to = requiredOption(invocation, 'to', '2027-01-01')
    const out = requiredOption(invocation, 'out', 'evidence.zip')
    const seed = seedIn(invocation)
    if (!hasFolder(out)) return PROBLEM
    return withContext(invocation.config, (context) => {
      const { civil } = inForce(context.rules)
      const [begins, ends] = [instantIn(from, 'from', civil), instantIn(to, 'to', civil)]
      if (begins >= ends) throw new UsageError(`--from ${from} is not before --to ${to}: that day itself is not in it`)
      const files = [...checkpointFiles(context.config.home)].map(([name, text]) => ({ name, text }))
      const progress = createProgress()
      const onProgress = (what: string, done: number, of: number) =>
        progress.show(`${what}: ${grouped(done)} of ${grouped(of)} entries`)
      const order = { from, to, begins, ends, seed, out, actor: actor(), files, onProgress }
      const evidence = audit(context, order)
      progress.end()
      invocation.print({ ...evidence, verification: asJson(evidence.verification) }, '')
      for (const line of report(evidence)) invocation.note(line)
      return evidence.ok ? DONE : PROBLEM
    })
  },
}

function seedIn({ options: { seed } }: Invocation): number | null {
  if (seed === undefined) return null
  if (typeof seed === 'string' && /^\d{1,15}$/.test(seed)) return Number(seed)
  throw new UsageError(`--seed ${seed} is no whole number of at most 15 digits`)
}

function report({ file, bytes, first, last, seed, sample, verification, replay, entry, sha256 }: Evidence): string[] {
  const [problem] = verification.problems
  const where = problem?.seq == null ? '' : `entry ${problem.seq}: `
  return [
    verification.ok ? 'The ledger verifies.' : `The ledger does NOT verify. First: ${where}${problem?.message}.`,
    replaySentence(replay),
    `Wrote ${file}: ${grouped(bytes)} bytes, ${counted(last - first + 1, 'entry').replace('entrys', 'entries')} of the period, a sample of ${sample.length} by the seed ${seed}.`,
    `SHA-256 ${sha256}; that it was given out is entry ${entry}. It names people: hand it over under lock.`,
  ]
}
