/** Every route there is. */
import { adjustmentRoutes } from './adjustment.js'
import { eventRoutes } from './events.js'
import { holdRoutes } from './hold.js'
import { learnerRoutes } from './learner.js'
import { learnerRightsRoutes } from './learner-rights.js'
import { ledgerRoutes } from './ledger.js'
import { moodleDeliveryRoutes } from './moodle-delivery.js'
import { noticeRoutes } from './notice.js'
import { openApiRoute } from './openapi.js'
import { pairingRoutes } from './pairing.js'
import { redemptionRoutes } from './redemption.js'
import { reportRoutes } from './report.js'
import { restoreRoutes } from './restore.js'
import { reviewRoutes } from './review.js'
import { rewardRoutes } from './reward.js'
import type { Route } from './route.js'
import { supportRoutes } from './support.js'
import { systemRoutes } from './system.js'
import { tillRoutes } from './till.js'

export const routes: readonly Route[] = [
  ...pairingRoutes,
  ...eventRoutes,
  ...learnerRoutes,
  ...rewardRoutes,
  ...redemptionRoutes,
  ...tillRoutes,
  ...ledgerRoutes,
  ...supportRoutes,
  ...learnerRightsRoutes,
  ...adjustmentRoutes,
  ...moodleDeliveryRoutes,
  ...reviewRoutes,
  ...holdRoutes,
  ...noticeRoutes,
  ...restoreRoutes,
  ...reportRoutes,
  ...systemRoutes,
  openApiRoute(() => routes),
]
