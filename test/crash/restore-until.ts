/** A restore that is killed the moment one of its steps is done: `restore-until.ts HOME FILE STEP`. */
import { restore } from '../../sidecar/actions/restore.js'
import { putAwayOthers } from '../../sidecar/checkpoint-files.js'
import { lockHome } from '../../sidecar/home.js'
import { newLedgerKey, readLedgerKeys } from '../../sidecar/ledger-key.js'

const [home = '', file = '', last = ''] = process.argv.slice(2)
lockHome(home)
const key = { read: () => readLedgerKeys(home, {}), renew: () => newLedgerKey(home, {}) }
const putAway = (names: ReadonlySet<string>) => putAwayOthers(home, names)
const why = { actor: 'test', reason: 'to be killed', keyLost: false, holds: [] }
const order = { home, file, key, now: Date.now, putAway, ...why }
for (const step of restore(order, () => {})) if (step === last) process.kill(process.pid, 'SIGKILL')
