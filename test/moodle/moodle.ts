/** An installed Moodle, as an administrator and its users have it. MOODLE_DIR names it. */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { PLUGINS, type Plugin, packagePlugin } from '../../scripts/package-bridge.js'
import { unzip } from '../archive/unzip.js'

/** The folder of an installed Moodle; undefined: there is none, and nothing here is run. */
export const MOODLE_DIR = process.env.MOODLE_DIR

/** Runs PHP as the user of the web server, from the folder of Moodle: `runuser -u www-data -- php`, say. */
const PHP = (process.env.MOODLE_PHP ?? 'php').split(' ')
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const WORLD = join(import.meta.dirname, 'world.php')

export interface World {
  readonly wwwroot: string
  readonly release: string
  readonly course: number
  readonly users: Readonly<Record<string, number>>
  readonly password: string
}

/** @returns what it printed. @throws where it fails, with what it said. */
export async function php(args: readonly string[]): Promise<string> {
  const [command, ...before] = PHP
  const child = spawn(command!, [...before, ...args], { cwd: MOODLE_DIR, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const code = await new Promise((resolve) => child.on('close', (status, signal) => resolve(status ?? signal)))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stdout}${stderr}`)
  return stdout
}

/** One command of world.php. @returns what it answers on its last line. */
export async function world<T = unknown>(...args: readonly string[]): Promise<T> {
  const said = await php([WORLD, MOODLE_DIR!, ...args])
  return JSON.parse(said.trim().split('\n').at(-1)!)
}

/** Puts both plugins in place of what is there, as their ZIPs hold them, and lets Moodle install them. */
export async function install(): Promise<void> {
  for (const [plugin, place] of Object.entries(PLUGINS)) {
    const folder = join(MOODLE_DIR!, place)
    rmSync(folder, { recursive: true, force: true })
    for (const [path, content] of unzip(packagePlugin(plugin as Plugin).bytes)) {
      // The ZIP has one folder, `rocket`, as the place has.
      const file = join(dirname(folder), path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
    }
  }
  await php(['admin/cli/upgrade.php', '--non-interactive'])
  await php(['admin/cli/purge_caches.php'])
}

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })

/** A browser in which somebody is logged in. */
export async function loggedIn(
  browser: Browser,
  { wwwroot, password }: World,
  name: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<BrowserContext> {
  const context = await browser.newContext()
  const page = await context.newPage()
  // Moodle's script makes the password's field anew shortly after the page is there: what was typed before is gone, and on a
  // slow machine that may be at any time.
  for (let attempts = 0; attempts < 4; attempts++) {
    await page.goto(`${wwwroot}/login/index.php`, { waitUntil: 'networkidle' })
    if (!page.url().includes('/login/')) break
    for (let tries = 0; tries < 10 && (await page.inputValue('#password')) !== password; tries++) {
      await page.fill('#username', `rockettest_${name}`)
      await page.fill('#password', password)
      await page.waitForTimeout(300)
    }
    await Promise.all([page.waitForNavigation(), page.click('#loginbtn')])
    if (!page.url().includes('/login/')) break
  }
  if (page.url().includes('/login/')) throw new Error(`${name} could not log in.`)
  const storageState = await context.storageState()
  await context.close()
  return browser.newContext({ ...options, storageState })
}

/** Opens the drawer with the blocks, where it is shut. */
export async function openBlocks(page: Page): Promise<void> {
  if (await page.locator('.block_rocket').first().isVisible()) return
  await page.locator('.drawer-right-toggle button').first().click()
  await page.locator('.block_rocket').first().waitFor({ state: 'visible' })
}
