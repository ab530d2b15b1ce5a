// Builds dist/ from sidecar/: compiles the TypeScript and copies what tsc leaves behind.
// Plain JavaScript, because it runs before anything is built. Types are checked by `npm run check`, not here, so that
// an install without development packages can build too.
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const COPIED = ['.sql', '.json', '.html', '.css']

const built = join(root, 'dist.new')

rmSync(built, { recursive: true, force: true })
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', built],
  { cwd: root, stdio: 'inherit' },
)
for (const entry of readdirSync(join(root, 'sidecar'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !COPIED.some((ending) => entry.name.endsWith(ending))) continue
  const from = join(entry.parentPath, entry.name)
  cpSync(from, join(built, from.slice(root.length + 1)))
}
// Only what is whole takes the place of what was there.
rmSync(join(root, 'dist'), { recursive: true, force: true })
renameSync(built, join(root, 'dist'))
