/** A restore that is killed the moment one of its steps is done: `restore-until.ts HOME FILE STEP`. */
import { restore } from '../../sidecar/actions/restore.js'
import { lockHome } from '../../sidecar/home.js'
import { newLedgerKey, readLedgerKeys } from '../../sidecar/ledger-key.js'

const [home = '', file = '', last = ''] = process.argv.slice(2)
lockHome(home)
const key = { read: () => readLedgerKeys(home, {}), renew: () => newLedgerKey(home, {}) }
const order = { home, file, actor: 'test', reason: 'to be killed', key, now: Date.now, putAway: () => {} }
for (const step of restore(order, () => {})) if (step === last) process.kill(process.pid, 'SIGKILL')
