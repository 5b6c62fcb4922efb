import { mkdir, mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ignore from "ignore";
import { buildCommand } from "./build-command.ts";
import { copySources } from "./copy-sources.ts";
import { fileTree } from "./file-tree.ts";
import { listBuilt, listSources, type SourceEntry } from "./list-sources.ts";
import { packFolder } from "./pack-folder.ts";
import { runBuild } from "./run-build.ts";
import { SnapshotError } from "./snapshot-error.ts";
import { defaultLimits, type SnapshotLimits } from "./snapshot-limits.ts";

export interface BuildOptions {
  /** The service's folder. */
  readonly folder: string;
  /** `[engine] name`: decides what builds when `command` is absent. */
  readonly engine: string;
  /** `[build] command`, a line for `sh`. */
  readonly command?: string | undefined;
  /** `[build] exclude`: patterns as in .gitignore for what the build needs and the snapshot does not. */
  readonly exclude?: readonly string[];
  readonly limits?: SnapshotLimits;
  /** Variables that the build may see a selection of; those of this process by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that the build may take; 15 minutes by default. */
  readonly timeout?: number;
  /** A line of the build's output. */
  readonly onOutput?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface Snapshot {
  /** `sha256:<hex>` of the tar: the same content gives the same digest, wherever and whenever it is built. */
  readonly digest: string;
  /** Files and links. */
  readonly files: number;
  /** Sum of the contents of all files. */
  readonly bytes: number;
  /** An uncompressed tar in a folder of its own. */
  readonly tarPath: string;
  /** What was run, and how many milliseconds it took; undefined when nothing was to be built. */
  readonly build: { readonly command: string; readonly milliseconds: number } | undefined;
  /** Deletes the tar. */
  remove(): Promise<void>;
}

/** Configuration, not content: app.toml and the objects beside it travel beside the snapshot, and a change of them alone builds nothing new. */
const configuration = /^(app\.toml|kubernetes\/[^/]+\.(ya?ml|json))$/;
const configurationFolder = "kubernetes";

/**
 * Builds a service's folder in a clean copy of what git does not ignore, and packs what is there then. The folder itself is
 * not touched; without a build command it is not copied either. `app.toml` at its root and the objects in `kubernetes/` are left out.
 *
 * @throws SnapshotError `folder-missing`, `file-refused`, `snapshot-too-large`, `build-failed`; the signal's reason
 */
export async function buildSnapshot(options: BuildOptions): Promise<Snapshot> {
  const limits = options.limits ?? defaultLimits;
  const folder = await realFolder(options.folder);
  const temporary = await mkdtemp(join(tmpdir(), "fairway-snapshot-"));
  const remove = () => rm(temporary, { recursive: true, force: true });
  try {
    const sources = await listSources(folder, limits.files);
    check(sources, limits);
    const command = await buildCommand(folder, options.engine, options.command);
    let root = folder;
    let entries = sources;
    let build: Snapshot["build"];
    if (command !== undefined) {
      root = join(temporary, "copy");
      await mkdir(root);
      await copySources(folder, sources, root, options.signal);
      const begin = performance.now();
      await runBuild(command, root, {
        environment: options.environment ?? process.env,
        timeout: options.timeout ?? 15 * 60_000,
        onOutput: options.onOutput ?? (() => {}),
        signal: options.signal,
      });
      build = { command, milliseconds: performance.now() - begin };
      entries = await listBuilt(root, limits.files);
    }
    const packed = withoutExcluded(entries, options.exclude ?? []);
    const { files, bytes } = check(packed, limits);
    const tarPath = join(temporary, "snapshot.tar");
    const digest = await packFolder(root, packed, tarPath, options.signal);
    if (root !== folder) await rm(root, { recursive: true, force: true });
    return { digest, files, bytes, tarPath, build, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function check(entries: readonly SourceEntry[], limits: SnapshotLimits): { files: number; bytes: number } {
  const tree = fileTree(limits, { refused: "file-refused", tooLarge: "snapshot-too-large" });
  for (const entry of entries) tree.add(entry);
  return tree.finish();
}

function withoutExcluded(entries: readonly SourceEntry[], exclude: readonly string[]): readonly SourceEntry[] {
  const excluded = ignore({ ignorecase: false }).add([...exclude]);
  const kept = entries.filter(
    ({ kind, path }) =>
      !(kind === "file" && configuration.test(path)) && !excluded.ignores(kind === "directory" ? `${path}/` : path),
  );
  const emptied = !kept.some(({ path }) => path.startsWith(`${configurationFolder}/`));
  return emptied ? kept.filter(({ path }) => path !== configurationFolder) : kept;
}

async function realFolder(folder: string): Promise<string> {
  const missing = (cause?: unknown) =>
    new SnapshotError("folder-missing", `${folder}: there is no such folder`, { cause });
  const real = await realpath(folder).catch((error: unknown) => {
    throw missing(error);
  });
  if (!(await stat(real)).isDirectory()) throw missing();
  return real;
}
