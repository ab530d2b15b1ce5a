/** PHP, for what of the bridge needs no Moodle. Where it is not installed, tests say so and skip. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export const BRIDGE = join(import.meta.dirname, '../../moodle-bridge')

/** Null: PHP is not installed here. */
export function php(args: readonly string[], input = ''): { status: number; output: string } | null {
  const run = spawnSync('php', args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (run.error) return null
  return { status: run.status ?? -1, output: run.stdout + run.stderr }
}

export const hasPhp = php(['-v'])?.status === 0
