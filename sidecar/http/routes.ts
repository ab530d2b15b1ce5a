/** Every route there is. */
import { eventRoutes } from './events.js'
import { learnerRoutes } from './learner.js'
import { ledgerRoutes } from './ledger.js'
import { openApiRoute } from './openapi.js'
import { pairingRoutes } from './pairing.js'
import type { Route } from './route.js'
import { systemRoutes } from './system.js'

export const routes: readonly Route[] = [
  ...pairingRoutes,
  ...eventRoutes,
  ...learnerRoutes,
  ...ledgerRoutes,
  ...systemRoutes,
  openApiRoute(() => routes),
]
