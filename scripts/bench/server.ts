/** The real server, built, in a home of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import jwt from 'jsonwebtoken'
import { createHome, readSecrets, writeSecrets } from '../../sidecar/home.js'

export interface BenchServer {
  readonly home: string
  readonly url: string
  readonly pid: number
  /** Milliseconds from the start of the process to its first answer. */
  readonly firstAnswer: number
  send(call: SignedCall): Promise<string>
  stop(): Promise<void>
}

const PROGRAM = join(import.meta.dirname, '../../dist/sidecar/main.js')
const KID = 'bench'

export function makeHome(packs: Readonly<Record<string, string>>, rewards: string | null = null): string {
  const home = mkdtempSync(join(tmpdir(), 'rocket-bench-'))
  mkdirSync(join(home, 'config', 'rules'), { recursive: true })
  writeFileSync(join(home, 'config', 'rocket.yaml'), 'source: bench\ntimezone: Europe/London\n')
  for (const [name, text] of Object.entries(packs)) writeFileSync(join(home, 'config', 'rules', name), text)
  if (rewards !== null) writeFileSync(join(home, 'config', 'rewards.yaml'), rewards)
  createHome(home)
  const secrets = [{ kid: KID, secret: 'bench-secret', created: 0, retires: null }]
  writeSecrets(home, { ...readSecrets(home), pairing: { source: 'bench', wwwroot: null, siteHash: null, secrets } })
  return home
}

export async function startServer(home: string): Promise<BenchServer> {
  const began = performance.now()
  const env = { ...process.env, ROCKET_HOME: home, ROCKET_CONFIG: join(home, 'config'), ROCKET_PORT: '0' }
  const child = spawn(process.execPath, [PROGRAM, 'serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const url = await firstUrl(child)
  await fetch(`${url}/health`)
  const firstAnswer = performance.now() - began
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  return {
    home,
    url,
    pid: child.pid!,
    firstAnswer,
    send: (call) => send(agent, url, call),
    stop: async () => {
      agent.destroy()
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
    },
  }
}

export const removeHome = (home: string): void => rmSync(home, { recursive: true, force: true })

/** Resident memory of a process in MiB, as Linux counts it. */
export function residentMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024
}

function firstUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr!.on('data', (chunk) => {
      text += chunk
      const url = /"url":"([^"]+)"/.exec(text)?.[1]
      if (url) resolve(url)
    })
    child.once('exit', () => reject(new Error(`the server did not start: ${text}`)))
  })
}

/** A call with its token, made before the clock starts: signing is the sender's work. */
export interface SignedCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string | number>>
}

export function signed(path: string, value: object | null, more: { scope?: string; sub?: string; key?: string } = {}) {
  const { scope = 'events', sub, key } = more
  const method = value === null ? 'GET' : 'POST'
  const body = Buffer.from(value === null ? '' : JSON.stringify(value))
  const iat = Math.floor(Date.now() / 1_000)
  const bh = createHash('sha256').update(body).digest('base64url')
  const claims = { aud: 'rocket', iss: 'bench', scope, iat, exp: iat + 300, bh, method, path, ...(sub ? { sub } : {}) }
  const token = jwt.sign(claims, 'bench-secret', { algorithm: 'HS256', keyid: KID })
  const headers = {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    ...(key ? { 'Idempotency-Key': key } : {}),
  }
  return { method, path, body, headers } satisfies SignedCall
}

function send(agent: Agent, url: string, { method, path, body, headers }: SignedCall): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString()
        if (Math.floor((response.statusCode ?? 0) / 100) === 2) resolve(answer)
        else reject(new Error(answer))
      })
    })
    call.once('error', reject)
    call.end(body)
  })
}

/** So many senders, each with one call on its way at a time. */
export async function inParallel(senders: number, calls: readonly SignedCall[], server: BenchServer): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < calls.length) await server.send(calls[next++]!)
  }
  await Promise.all(Array.from({ length: senders }, work))
}
