/** `codes`: pools of codes bought in bulk. No code is ever printed. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { importCodes, withdrawCodes } from '../actions/import-codes.js'
import {
  act,
  actor,
  argument,
  type Command,
  counted,
  DONE,
  inForce,
  PROBLEM,
  UsageError,
  withContext,
} from './command.js'

export const codesImport: Command = {
  name: 'codes import',
  usage: 'REWARD FILE [--dry-run]',
  summary: 'puts bought codes into a reward’s pool: CSV with the columns code and, where they lapse, expires',
  mostArguments: 2,
  options: { 'dry-run': { type: 'boolean' } },
  run: (invocation) => {
    const reward = argument(invocation, 0, 'which reward? The id that rewards.yaml gives it')
    const path = argument(invocation, 1, 'which file? CSV with the columns code and expires')
    const bytes = readFileSync(path)
    const text = bytes.toString('utf8')
    if (!Buffer.from(text).equals(bytes)) throw new UsageError(`${path} is not UTF-8: save it as CSV UTF-8`)
    const dryRun = invocation.options['dry-run'] === true
    return withContext(invocation.config, async (context) => {
      inForce(context.rules)
      const order = { reward, file: basename(path), text, actor: actor(), dryRun }
      const { batch, taken, refused } = await importCodes(context, order)
      const took = dryRun
        ? `${counted(taken, 'code')} would be taken`
        : `${counted(taken, 'code')} taken${batch ? ` as ${batch}` : ''}`
      const lines = [
        ...refused.map(({ line, message }) => `${path}:${line} ${message}`),
        `${took}, ${refused.length} refused.`,
        ...(taken > 0 && !dryRun ? [`${path} holds the codes in clear text: delete it once it is not needed.`] : []),
      ]
      invocation.print({ batch, taken, refused }, lines.join('\n'))
      return refused.length > 0 ? PROBLEM : DONE
    })
  },
}

export const codesList: Command = {
  name: 'codes list',
  usage: '',
  summary: 'the batches of codes: how many are left, when the first of them lapses',
  run: (invocation) =>
    withContext(invocation.config, ({ stores }) => {
      const batches = stores.codes.batches().map(({ imported, ...batch }) => ({
        ...batch,
        imported: new Date(imported).toISOString(),
      }))
      const lines = batches.map(
        ({ id, reward, available, handed_out, withdrawn, faulty, faulty_lines, expires, file, imported }) =>
          `${id}  ${reward}  ${available} left, ${handed_out} handed out, ${withdrawn} withdrawn, ${faulty} faulty${faulty > 0 ? ` (lines ${faulty_lines.join(', ')})` : ''}` +
          `${expires ? `, first lapses ${expires}` : ''}  (${file}, ${imported.slice(0, 10)})`,
      )
      invocation.print({ batches }, lines.join('\n') || 'No codes were imported yet.')
      return DONE
    }),
}

export const codesWithdraw: Command = {
  name: 'codes withdraw',
  usage: 'BATCH',
  summary: 'takes back what is left of a batch: nobody gets its codes any more',
  mostArguments: 1,
  run: (invocation) => {
    const batch = argument(invocation, 0, 'which batch? `scripts/rocket codes list` shows them')
    return withContext(invocation.config, (context) => {
      const withdrawn = act(context, (moment) => withdrawCodes(moment, batch, actor()))
      invocation.print({ batch, withdrawn }, `Withdrew ${counted(withdrawn, 'code')}.`)
      return DONE
    })
  },
}
