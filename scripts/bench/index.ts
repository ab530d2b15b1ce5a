/**
 * `npm run bench`: every figure beside a peer or a physical limit, in one run, as a table and as bench-results.json.
 * `--entries N` sizes the ledger that is read (default one million), `--large N` the one whose balances are read (default
 * ten million, about 10 GB of disk and ten minutes), `--quick` makes everything small, to see that it runs.
 */
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { measureBalances } from './balance.js'
import { measureChecks } from './checks.js'
import { growLedger } from './grow.js'
import { measureIntake } from './intake.js'
import { measureCsv, measureVerify } from './ledger.js'
import type { Measured } from './measure.js'
import { measureRedemptions } from './redemption.js'
import { measureRules } from './rules.js'
import { removeHome } from './server.js'
import { measureStart } from './start.js'
import { measureProofs, measureTree } from './tree.js'

const { values } = parseArgs({
  options: { entries: { type: 'string' }, large: { type: 'string' }, quick: { type: 'boolean' } },
})
const quick = values.quick === true
const entries = Number(values.entries ?? (quick ? 20_000 : 1_000_000))
const large = Number(values.large ?? (quick ? 50_000 : 10_000_000))
const rounds = quick ? 1 : 5

const say = (text: string) => process.stderr.write(`${text}\n`)
const grow = (count: number) => {
  let last = 0
  return growLedger(count, (done) => {
    if (done - last < 1_000_000) return
    last = done
    say(`  ${done} of ${count} entries`)
  })
}

const results: Measured[] = []
say('start and idle memory')
results.push(...(await measureStart(rounds)))
say('intake')
results.push(...(await measureIntake(rounds, quick ? 4 : 40, quick ? 200 : 4_000)))
say('redemptions')
results.push(...(await measureRedemptions(rounds, quick ? 200 : 4_000)))
say('rules')
results.push(await measureRules(rounds))
say('checks')
results.push(await measureChecks(rounds, quick ? 5 : 60))
say('the tree')
results.push(await measureTree(rounds, quick ? 5 : 100))
say(`a ledger of ${entries} entries`)
const { home } = grow(entries)
results.push(...(await measureVerify(home, entries, rounds)))
results.push(...(await measureCsv(home, entries, rounds)))
results.push(...(await measureProofs(home, entries, rounds)))
removeHome(home)
say(`ledgers of 10,000 and ${large} entries`)
results.push(...(await measureBalances(grow(10_000), grow(large), large, rounds)))

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gib: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
  date: new Date().toISOString().slice(0, 10),
}
writeFileSync('bench-results.json', `${JSON.stringify({ machine, results }, null, 2)}\n`)
const shown = (value: number | null) =>
  value === null ? '' : value >= 100 ? Math.round(value).toLocaleString('en-GB') : value.toFixed(2)
const lines = results.map(({ name, unit, ours, theirs, ratio, aim, against }) =>
  [name, `${shown(ours)} ${unit}`, theirs === null ? '' : `${shown(theirs)} ${unit}`, against, shown(ratio), aim].join(
    ' | ',
  ),
)
process.stdout.write(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB, Node ${machine.node}, ${machine.date}\n\n` +
    '| what | Rocket | beside it | which is | ratio | aim |\n|---|---|---|---|---|---|\n' +
    `${lines.map((line) => `| ${line} |`).join('\n')}\n`,
)
