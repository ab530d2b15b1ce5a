/** What the environment says, as one typed value. Reads nothing but whether files are there; every mistake is listed at once. */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LOG_LEVELS, type LogLevel } from './log.js'

export interface Config {
  /** Database, secrets, exports. */
  readonly home: string
  /** The folder with `rocket.yaml` and `rules/`, as things stand: the home's own counts from when it is there. */
  readonly configFolder: string
  readonly host: string
  readonly port: number
  readonly tls: { readonly cert: string; readonly key: string } | null
  readonly trustProxy: boolean
  readonly logLevel: LogLevel
}

/** The environment cannot be used as it is; `problems` says everything that is wrong with it. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

type Environment = Readonly<Record<string, string | undefined>>

const LOOPBACK = /^(127\.[0-9.]+|::1|localhost)$/

/**
 * @param starter the configuration that comes with Rocket, used where the home has none.
 * @throws ConfigError
 */
export function readConfig(env: Environment, starter: string): Config {
  const problems: string[] = []
  const home = resolve(env.ROCKET_HOME || 'data')
  if (existsSync(home) && !isFolder(home)) problems.push(`ROCKET_HOME names ${home}, and that is not a folder`)
  const host = env.ROCKET_HOST || '127.0.0.1'
  const port = readPort(env.ROCKET_PORT || '4310')
  if (port === null) {
    problems.push(`ROCKET_PORT is ${env.ROCKET_PORT}: it must be a number from 0 to 65535 (0 picks a free one)`)
  }
  const { ROCKET_TLS_CERT: cert, ROCKET_TLS_KEY: key } = env
  if (Boolean(cert) !== Boolean(key))
    problems.push('ROCKET_TLS_CERT and ROCKET_TLS_KEY go together: one of them is not set')
  for (const [name, path] of [
    ['ROCKET_TLS_CERT', cert],
    ['ROCKET_TLS_KEY', key],
  ] as const) {
    if (path && !existsSync(path)) problems.push(`${name} names ${path}, and there is no such file`)
  }
  const trustProxy = readFlag(env.ROCKET_TRUST_PROXY)
  if (trustProxy === null) problems.push(`ROCKET_TRUST_PROXY is ${env.ROCKET_TRUST_PROXY}: it must be 1 or 0`)
  if (!LOOPBACK.test(host) && !cert && !trustProxy) {
    problems.push(
      `ROCKET_HOST is ${host}, beyond this machine: set ROCKET_TLS_CERT and ROCKET_TLS_KEY, ` +
        'or ROCKET_TRUST_PROXY=1 where a TLS proxy stands in front',
    )
  }
  const logLevel = (env.ROCKET_LOG || 'info') as LogLevel
  if (!LOG_LEVELS.includes(logLevel))
    problems.push(`ROCKET_LOG is ${logLevel}: it must be one of ${LOG_LEVELS.join(', ')}`)
  const own = join(home, 'config')
  // Once the home has its own it never falls back to the starter: a folder that is gone is a fault, not a choice.
  let hasOwn = existsSync(own)
  const configFolder = () => {
    hasOwn ||= existsSync(own)
    return resolve(env.ROCKET_CONFIG || (hasOwn ? own : starter))
  }
  if (!isFolder(configFolder())) problems.push(`ROCKET_CONFIG names ${configFolder()}, and there is no such folder`)
  if (problems.length > 0 || port === null) throw new ConfigError(problems)
  return {
    home,
    get configFolder() {
      return configFolder()
    },
    host,
    port,
    tls: cert && key ? { cert, key } : null,
    trustProxy: trustProxy ?? false,
    logLevel,
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const readPort = (text: string): number | null =>
  /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null

function readFlag(text: string | undefined): boolean | null {
  if (!text || text === '0' || text === 'false') return false
  return text === '1' || text === 'true' ? true : null
}
