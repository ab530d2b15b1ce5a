/** Learners named in a file: by subject, or by their id in the LMS, which then stays on the ledger. */
import { quote } from './cursor.js'
import { type Reader, word } from './values.js'

export const learnerId: Reader<string> = (at) => {
  const user = word(at)
  if (user !== null)
    at.warn(
      `the ledger keeps this file for ever, and the id ${quote(user)} in it: name them by subject (\`scripts/rocket learner show ${user}\` says which)`,
    )
  return user
}

export const subject: Reader<string> = (at) => {
  const written = word(at)
  if (written === null || /^[0-9a-f]{24}$/.test(written)) return written
  return at.fail(
    `${at.name} must be 24 hex digits, not ${at.found}: \`scripts/rocket learner show ID\` says which, and the ledger keeps this file for ever`,
  )
}
