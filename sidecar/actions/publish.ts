/** Puts a set of configuration files in force: whole, or not at all. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Civil } from '../domain/civil.js'
import type { Configuration } from '../domain/configuration.js'
import type { Problem } from '../rules/problem.js'
import { readConfiguration } from '../rules/read-configuration.js'
import { type Files, filesHash } from '../store/configuration.js'
import type { Learners } from '../store/learner.js'
import type { Stores } from '../store/stores.js'

/** The files hold mistakes; nothing was changed. */
export class ConfigurationRefused extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(`the configuration has ${problems.length} mistakes`)
  }
}

/** Every configuration file in a folder: `rocket.yaml`, `rewards.yaml` and the packs under `rules/`. */
export function readFolder(folder: string): Files {
  const paths = ['rocket.yaml', 'rewards.yaml'].filter((name) => existsSync(join(folder, name)))
  const rules = join(folder, 'rules')
  if (existsSync(rules)) {
    for (const name of readdirSync(rules).sort()) {
      if (/\.ya?ml$/.test(name) && !/\.examples\.ya?ml$/.test(name)) paths.push(`rules/${name}`)
    }
  }
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

/** @throws ConfigurationRefused with every problem, warnings included, where there is an error among them. */
export function checkFiles(files: Files): { configuration: Configuration; problems: readonly Problem[] } {
  const { configuration, problems } = readConfiguration(files)
  if (!configuration) throw new ConfigurationRefused(problems)
  return { configuration, problems }
}

/**
 * Makes the files the configuration in force, as an entry that names them by hash, their texts kept beside it.
 * @returns the entry's `seq`, or null where exactly these files are in force already.
 * @throws ConfigurationRefused
 */
export function publish(
  { ledger, learners, configurations }: Stores,
  files: Files,
  by: { actor: string; reason: string; now: number },
): number | null {
  const { settings } = checkFiles(files).configuration
  requireSameSource(learners, settings.source)
  const latest = configurations.latest()
  if (latest && filesHash(latest.files) === filesHash(files)) return null
  const { seq } = ledger.append(
    {
      kind: 'configuration',
      subject: null,
      points: 0,
      held: 0,
      rule: null,
      expires: null,
      ref: null,
      record: {
        actor: by.actor,
        reason: by.reason,
        detail: { files: configurations.keep(files), hash: filesHash(files) },
      },
    },
    settings.source,
    by.now,
    new Civil(settings.timezone, settings.weekStarts, settings.terms),
  )
  return seq
}

/** Learners are known by source and id: under another source everybody would begin anew, their points out of reach. */
function requireSameSource(learners: Learners, source: string): void {
  const known = learners.source()
  if (known === null || known === source) return
  const message = `source is ${source}, but the learners on this ledger are those of ${known}: put \`source: ${known}\` back, or begin with an empty home`
  throw new ConfigurationRefused([{ severity: 'error', file: 'rocket.yaml', line: 1, column: 1, message }])
}
