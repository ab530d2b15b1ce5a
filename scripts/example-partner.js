// An example partner: a shop that honours rewards redeemed in Rocket. Read it from top to bottom: it is the guide to
// building your own, in whatever language. It needs Node 20 and nothing else, and this one file can be copied.
//
//   node scripts/example-partner.js --new-secret        prints a secret
//   SHOP_SECRET=whsec_... node scripts/example-partner.js --port 4400
//
// The institution puts the same secret into Rocket's environment and names this shop in rewards.yaml:
//
//   partners:
//     - { id: shop, url: "http://127.0.0.1:4400/rocket", secret_env: SHOP_SECRET, allow_private: true }
//
// `allow_private` is for trying it on one machine. A real shop has a public https address and leaves it out.
//
// For the till the shop also calls Rocket. ROCKET_URL is where Rocket is, ROCKET_TOKEN a partner token that the
// institution has issued to you. Both can be left out as long as nothing is brought to the till.
//
// What the shop does:
//   POST /rocket     a webhook from Rocket                                steps 1 to 4
//   POST /till       {"token", "reference"}: a learner pays with a token  step 5
//   POST /till/void  {"token", "reference"}: that sale is taken back      step 6
//   GET  /           the redemptions it knows of
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const PREFIX = 'whsec_'
const { values: options } = parseArgs({
  options: { port: { type: 'string', default: '4400' }, 'new-secret': { type: 'boolean', default: false } },
})
if (options['new-secret']) {
  // 24 to 64 random bytes. Hand it over as you would a password, and never send it along with a request.
  console.log(PREFIX + randomBytes(32).toString('base64'))
  process.exit(0)
}

// One secret, or two separated by a space. To change it: keep the old one and add the new one here, then let the
// institution do the same, then take the old one out on both sides. Nothing is lost on the way.
const secrets = (process.env.SHOP_SECRET ?? '').split(/\s+/).filter(Boolean)
if (secrets.length === 0 || !secrets.every((secret) => secret.startsWith(PREFIX))) {
  console.error(`SHOP_SECRET must hold a secret that begins with ${PREFIX}: make one with --new-secret.`)
  process.exit(1)
}
const keys = secrets.map((secret) => Buffer.from(secret.slice(PREFIX.length), 'base64'))
const { ROCKET_URL, ROCKET_TOKEN } = process.env

// What a real shop has as two tables of its database. Here it is gone when the program ends.
/** The answer to each webhook by its webhook-id. */
const answers = new Map()
/** What is known of each redemption, by its id. */
const redemptions = new Map()

// ---- Step 1: verify -------------------------------------------------------------------------------------------------

/** Seconds. Older or newer means that somebody sends again what was recorded, or that a clock is wrong: keep yours right. */
const TOLERANCE = 5 * 60

/**
 * Whether a webhook comes from Rocket and was not changed. Rocket signs `id.timestamp.body` with HMAC-SHA256 after
 * Standard Webhooks 1.0.0; there are ready-made libraries for that in many languages.
 * @param body the bytes as they came. JSON that was read and written again is no longer what was signed.
 */
function isGenuine(headers, body) {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (!id || !timestamp || !signatures) return false
  const age = Math.abs(Date.now() / 1000 - Number(timestamp))
  // Written so that what is no number is refused too.
  if (!(age <= TOLERANCE)) return false
  // There can be several signatures, `v1,<base64> v1,<base64>`: Rocket signs with each secret that it has. One that
  // fits one of yours is enough.
  return signatures.split(' ').some((signature) => {
    const [version, value = ''] = signature.split(',')
    if (version !== 'v1') return false
    const given = Buffer.from(value, 'base64')
    return keys.some((key) => {
      const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
      // In constant time: how long a comparison takes must not tell how much of a guess was right.
      return given.length === expected.length && timingSafeEqual(given, expected)
    })
  })
}

// ---- Steps 2 to 4: what to answer -----------------------------------------------------------------------------------
//
// Rocket understands nothing but the status:
//   2xx                        yes. The redemption is yours to honour.
//   400, 404, 422, other 4xx   no, for good. Rocket does not send it again, and the learner gets the points back.
//                              Answer this only if you will really never honour it.
//   410                        no, and send nothing to this address any more.
//   429 with Retry-After       later: not before the seconds, or the date, that Retry-After gives.
//   408, 425, 5xx, 3xx,        nobody knows. Rocket sends the same message again, with the same webhook-id and body:
//   no answer in 20 seconds    after seconds at first, then hours, ten times in all within some days. Redirects are
//                              not followed.
//
// The body of a 2xx can stay empty. As the answer to redemption.issued it may be JSON with one or both of these:
//   {"code": "SHOP-1234"}      your own voucher number, which Rocket shows to the learner
//   {"consumed": true}         all is handed over already, nobody will come to the till
// Answer quickly: write down what came, and do what takes long (orders, e-mails) afterwards.

function receive(headers, body) {
  // Not genuine: nothing is done, and no hint is given at what was wrong. 503 rather than 401, because it can be Rocket
  // after all, when the two sides have different secrets or clocks: then it tries again until that is mended, instead
  // of taking a 4xx for your last word.
  if (!isGenuine(headers, body)) return { status: 503, json: { error: 'The signature does not fit.' } }

  // Step 2: remember ids. An answer can get lost on its way; then Rocket sends the message again. What was done for a
  // webhook-id once is not done again, and the answer is the same. In a database: a unique index on the id, written in
  // one transaction with what the message changes. Keep ids for two weeks at least.
  const id = headers['webhook-id']
  const earlier = answers.get(id)
  if (earlier) return earlier

  const message = parse(body)
  if (!message) return { status: 400, json: { error: 'The body is not JSON.' } }
  const answer = handle(message)
  answers.set(id, answer)
  return answer
}

function handle({ type, data }) {
  switch (type) {
    case 'redemption.issued': {
      // Step 3: honour once. redemption_id is the redemption's number for ever; messages can arrive in another order
      // than they were sent in, so one that was cancelled before stays cancelled.
      const known = redemptions.get(data.redemption_id)
      redemptions.set(data.redemption_id, { ...data, state: known?.state ?? 'issued' })
      console.log(line(redemptions.get(data.redemption_id)))
      // A shop with vouchers of its own would answer here: { status: 200, json: { code: 'SHOP-1234' } }.
      // This one waits for the learner, who brings Rocket's token to the till.
      return { status: 200, json: {} }
    }
    case 'redemption.cancelled':
    case 'redemption.expired': {
      // Step 4: let go. The learner has the points back, or the time is over: it must not be honoured any more.
      const ended = { ...data, ...redemptions.get(data.redemption_id), state: type.slice('redemption.'.length) }
      redemptions.set(data.redemption_id, ended)
      console.log(line(ended))
      return { status: 200, json: {} }
    }
    default:
      // `test`, which an administrator sends to try the connection, and whatever later versions of Rocket may send.
      // Say yes to what you do not know, and do nothing.
      console.log(`${type}: nothing to do`)
      return { status: 200, json: {} }
  }
}

/** One redemption as one line. Without its token: whoever reads that can use it, so it belongs in no log. */
function line({ redemption_id, reward_id, state, title, value, discount, valid_until, user_id }) {
  const amount = (money) => `${money.amount_minor} ${money.currency} in the smallest unit`
  const parts = [
    `${state} ${redemption_id}: ${title ?? reward_id}`,
    value && `worth ${amount(value)}`,
    discount && `discount ${'percent' in discount ? `${discount.percent}%` : amount(discount)}`,
    valid_until && `until ${valid_until}`,
    // Only where the institution has listed user_id for this partner. Do not ask for it if you can do without.
    user_id && `user ${user_id}`,
  ]
  return parts.filter(Boolean).join(', ')
}

// ---- Steps 5 and 6: the till ----------------------------------------------------------------------------------------
//
// A real till stands behind your own login. This program listens to this machine alone.

/**
 * Step 5: a learner shows a token. Rocket decides whether it is good, and uses it up in the same moment: 200, and you hand
 * over. Anything else, and you do not. 409 means that it was used before, and says when.
 *
 * Step 6: a sale is taken back. The same with `reverse` gives the token back to the learner.
 *
 * @param verb `consume` or `reverse`.
 * @param reference your own number of the sale. It makes the Idempotency-Key: if the answer gets lost, ask again with
 *   the same reference, and Rocket gives its first answer instead of "used before". A new sale has a new reference.
 */
async function askRocket(verb, { token, reference }) {
  if (!ROCKET_URL || !ROCKET_TOKEN) {
    return { status: 503, json: { error: 'Set ROCKET_URL and ROCKET_TOKEN to use the till.' } }
  }
  if (typeof token !== 'string' || typeof reference !== 'string' || !/^[\w.-]{1,48}$/.test(reference)) {
    return { status: 422, json: { error: 'Send token and reference, a sale number of letters, digits and . _ -' } }
  }
  try {
    const response = await fetch(new URL(`/api/tokens/${verb}`, ROCKET_URL), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ROCKET_TOKEN}`,
        'content-type': 'application/json',
        'idempotency-key': `${verb}-${reference}`,
      },
      body: JSON.stringify({ token, reference }),
      signal: AbortSignal.timeout(10_000),
    })
    return { status: response.status, json: await response.json() }
  } catch {
    // Not known whether it was done: the till asks again, with the same reference.
    return { status: 504, json: { error: 'Rocket did not answer. Try again with the same reference.' } }
  }
}

// ---- The server -----------------------------------------------------------------------------------------------------

/** Bytes. A webhook has a few hundred. */
const LONGEST_BODY = 65_536

/** @returns the bytes as they came; null where there are too many. */
async function readBody(request) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > LONGEST_BODY) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** @returns null where it is not JSON. */
function parse(body) {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

async function answerTo(request) {
  const route = `${request.method} ${new URL(request.url, 'http://localhost').pathname}`
  if (route === 'GET /') return { status: 200, text: [...redemptions.values()].map((one) => `${line(one)}\n`).join('') }
  const body = await readBody(request)
  if (body === null) return { status: 413, json: { error: 'The body is too long.' } }
  switch (route) {
    case 'POST /rocket':
      return receive(request.headers, body)
    case 'POST /till':
    case 'POST /till/void': {
      // A form on a foreign website cannot send this type: nobody's browser is made to use the till.
      if (request.headers['content-type'] !== 'application/json') {
        return { status: 415, json: { error: 'Send application/json.' } }
      }
      const sale = parse(body)
      if (!sale) return { status: 400, json: { error: 'The body is not JSON.' } }
      return askRocket(route === 'POST /till' ? 'consume' : 'reverse', sale)
    }
    default:
      return { status: 404, json: { error: 'There is nothing here.' } }
  }
}

const server = createServer(async (request, response) => {
  let answer
  try {
    answer = await answerTo(request)
  } catch (error) {
    // A fault of your own is a 5xx, never a 4xx: Rocket tries again when it is mended, and no redemption is lost.
    console.error(error)
    answer = { status: 500, json: { error: 'Something went wrong here.' } }
  }
  const type = answer.json ? 'application/json' : 'text/plain; charset=utf-8'
  response.writeHead(answer.status, { 'content-type': type })
  response.end(answer.json ? JSON.stringify(answer.json) : answer.text)
})
server.listen(Number(options.port), '127.0.0.1', () => {
  console.log(`The shop is open at http://127.0.0.1:${server.address().port}/`)
})
