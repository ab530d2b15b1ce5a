/** Where the real, public data lie that some tests run on. They are no part of the project. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = process.env.ROCKET_REAL_DATA ?? resolve(root, '../shared/data')

/** The folder of one data set; the calling suite is skipped, and says why, where it is not there. */
export function realData(suite: Mocha.Context, name: 'edify' | 'oulad'): string {
  const path = join(folder, name)
  if (!existsSync(path)) {
    console.log(`      skipped: no ${name}/ in ${folder}. Set ROCKET_REAL_DATA to a folder that holds it.`)
    suite.skip()
  }
  return path
}
