/** `ledger verify`. */
import { verifyLedger } from '../actions/verify.js'
import { type Command, DONE, PROBLEM, withReader } from './command.js'
import { createProgress, grouped } from './progress.js'

export const verify: Command = {
  name: 'ledger verify',
  usage: '[--quick]',
  summary: 're-derives everything from the raw rows; names the first broken entry',
  options: { quick: { type: 'boolean' } },
  run: (invocation) => {
    return withReader(invocation.config, (connection) => {
      const progress = createProgress()
      const quick = invocation.options.quick === true
      const onProgress = (done: number, of: number) => progress.show(`${grouped(done)} of ${grouped(of)} entries`)
      const result = verifyLedger(connection, { quick, onProgress })
      progress.end()
      const { ok, entries, head, opened, erased, problems } = result
      const read = `${grouped(entries)} entries read, head ${head.seq} ${head.hash}`
      const how = quick
        ? 'chain only (--quick)'
        : `${grouped(opened)} private records opened${erased > 0 ? `, ${grouped(erased)} erased` : ''}, balances and indexes agree`
      const first = problems[0]
      const lines = ok
        ? [`The ledger verifies: ${read}; ${how}.`]
        : [
            `The ledger does NOT verify. First: ${first?.seq == null ? '' : `entry ${first.seq}: `}${first?.message}.`,
            ...problems.slice(1).map(({ seq, message }) => `  then: ${seq === null ? '' : `entry ${seq}: `}${message}`),
            `${read}.`,
            'What to do: stop the server, keep a copy of the whole home as it is, and restore the newest backup that verifies.',
          ]
      invocation.print(result, lines.join('\n'))
      return ok ? DONE : PROBLEM
    })
  },
}
