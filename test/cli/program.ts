/** The built program, run as people run it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { main } from '../../sidecar/cli.js'
import { ROOT } from '../../sidecar/version.js'

export const PROGRAM = join(ROOT, 'dist/sidecar/main.js')

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The environment of a test: nothing of Rocket's that the person running the tests has set. */
function environment(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('ROCKET_'))
  return { ...Object.fromEntries(others), ROCKET_PORT: '0', ...given }
}

/** Runs a program to its end. */
export async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd = ROOT): Promise<Ran> {
  const child = spawn(command, args, { env: environment(env), cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

export interface RunningRocket {
  readonly child: ChildProcess
  readonly url: string
  /** Lines of the log, the first of which says the url. */
  readonly log: Record<string, unknown>[]
  /** What it prints for people. */
  output(): string
  /** What stands on standard error besides the log: nothing, if all is well. */
  other(): string
  /** Waits for a line of the log. */
  logged(message: string): Promise<Record<string, unknown>>
  /** @returns the exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | string>
}

/** A folder for a home, with a configuration in it where one is given. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'rocket-cli-'))
  readonly home = join(this.path, 'home')
  readonly #running: RunningRocket[] = []

  constructor(config?: Readonly<Record<string, string>>) {
    if (config) for (const [name, text] of Object.entries(config)) this.write(`home/config/${name}`, text)
  }

  write(name: string, text: string): string {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  rocket(args: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    return this.run(args.split(' ').filter(Boolean), env)
  }

  /** With arguments that hold spaces. */
  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    return run(process.execPath, [PROGRAM, ...args], { ROCKET_HOME: this.home, ...env }, this.path)
  }

  /** The same without a process of its own, for what is only said: many times as fast. */
  async say(args: string): Promise<Ran> {
    const { stdout, stderr } = process
    const said = { stdout: '', stderr: '' }
    const [writeOut, writeErr] = [stdout.write, stderr.write]
    const keep = (name: 'stdout' | 'stderr') => (text: string) => {
      said[name] += text
      return true
    }
    stdout.write = keep('stdout') as typeof stdout.write
    stderr.write = keep('stderr') as typeof stderr.write
    try {
      const code = await main(args.split(' ').filter(Boolean), { ROCKET_HOME: this.home, ROCKET_PORT: '0' })
      return { code, ...said }
    } finally {
      stdout.write = writeOut
      stderr.write = writeErr
    }
  }

  async json<T = Record<string, never>>(args: string): Promise<T> {
    const { stdout, stderr } = await this.rocket(`${args} --json`)
    try {
      return JSON.parse(stdout)
    } catch {
      throw new Error(`no JSON from ${args}: ${stdout}${stderr}`)
    }
  }

  async serve(env: NodeJS.ProcessEnv = {}): Promise<RunningRocket> {
    const running = await serve(this.home, env)
    this.#running.push(running)
    return running
  }

  /** Ends what was started, and leaves nothing behind. */
  async remove(): Promise<void> {
    for (const running of this.#running) await running.stop('SIGKILL')
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** A token of the issued kind, for a test to call with. */
export async function issueToken(folder: Folder, args: string): Promise<string> {
  const { token } = await folder.json<{ token: string }>(`token ${args}`)
  return token
}

/** Starts the server. @throws where it ends before it listens, with what it said. */
export async function serve(home: string, env: NodeJS.ProcessEnv = {}): Promise<RunningRocket> {
  if (!existsSync(PROGRAM)) throw new Error('Run npm run build first.')
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: environment({ ROCKET_HOME: home, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  const log: Record<string, unknown>[] = []
  const waiting: (() => void)[] = []
  let output = ''
  let other = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('{')) log.push(JSON.parse(line))
    else other += `${line}\n`
    for (const wake of waiting.splice(0)) wake()
  })
  const logged = async (message: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const line = log.find(({ msg }) => String(msg).includes(message))
      if (line) return line
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(
          `The server ended (${child.exitCode ?? child.signalCode}) and never said “${message}”: ${other}`,
        )
      }
      await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), ended])
    }
  }
  const { url } = await logged('listening')
  return {
    child,
    url: String(url),
    log,
    output: () => output,
    other: () => other,
    logged,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
      return child.exitCode ?? child.signalCode ?? 'none'
    },
  }
}
