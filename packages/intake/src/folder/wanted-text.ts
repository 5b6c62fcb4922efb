const manifests =
  /^(package\.json|go\.mod|go\.work|composer\.json|requirements\.txt|pyproject\.toml|Pipfile|Procfile|Makefile|\.nvmrc|\.node-version|\.python-version|\.tool-versions|runtime\.txt|pnpm-workspace\.yaml|lerna\.json|CODEOWNERS|app\.toml|\.npmrc|\.pypirc|\.netrc|tsconfig\.json|README(\.\w+)?|((docker-)?compose|[\w-]+\.compose)[\w.-]*\.ya?ml|Dockerfile([.-]\w+)?|\w+\.Dockerfile|\.env([.-].*)?|id_(rsa|dsa|ecdsa|ed25519))$/;
const sources = /\.(js|mjs|cjs|jsx|ts|mts|cts|tsx|go|py|php|sh|pem|key|ini|cfg|conf|properties|ya?ml)$/;

/** Files larger than this are not read: neither configuration nor code that a person wrote is. Bytes. */
export const largestText = 256 * 1024;

/** Folders that tools fill: nothing in them was written by the team. */
export const filledFolders: ReadonlySet<string> = new Set([
  ".git",
  ".next",
  ".nuxt",
  ".tox",
  ".venv",
  "__pycache__",
  "bower_components",
  "node_modules",
  "vendor",
  "venv",
]);

/** Whether the content of a file matters to `init` and `check`. */
export function wantsText(path: string, size: number): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return size <= largestText && (manifests.test(name) || sources.test(name));
}
