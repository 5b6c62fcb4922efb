import { access, constants, open, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve, sep } from "node:path";
import { KubeconfigError } from "./kubeconfig-error.ts";

/** What a kubeconfig may make this machine do. Without limits it may do anything, as with kubectl. */
export interface KubeconfigLimits {
  /** Bare names of programs that it may run to sign in; they are looked up on this process's PATH. */
  readonly programs: readonly string[];
  /** Absolute folders below which it may name files; links are followed before that is judged. */
  readonly folders: readonly string[];
}

/** A token, certificate or key is some kilobytes. */
const largestFile = 1024 * 1024;

/**
 * With these an allowed program could be made to run another one: how the shell, the loader and the usual languages are
 * told where to take code from, and the programs of clouds where a configuration is that names a program.
 */
const dangerous = new RegExp(
  `^(${[
    ...["PATH", "IFS", "ENV", "BASH_.*", "LD_.*", "DYLD_.*", "GCONV_PATH"],
    ...["NODE_.*", "PYTHON.*", "PERL.*", "RUBY.*", "JAVA_.*", "JDK_.*"],
    ...["HOME", "XDG_.*", "GIT_.*", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AZURE_(CONFIG|EXTENSION)_DIR"],
    ...["CLOUDSDK_(PYTHON.*|CONFIG)", "GOOGLE_EXTERNAL_ACCOUNT_.*"],
  ].join("|")})$`,
  "i",
);

/**
 * Where a sign-in program lies. Throws `KubeconfigError`, with a refusal when the limits do not allow it or a variable
 * that it shall be given.
 */
export async function findProgram(
  command: string,
  variables: readonly string[],
  limits: KubeconfigLimits | undefined,
): Promise<string> {
  if (limits === undefined) return command;
  const refuse = (why: string) =>
    new KubeconfigError(`the kubeconfig runs a program to sign in: ${command}${why}`, {
      refusal: { kind: "program", name: command },
    });
  // An allowed name must not become another program by a path.
  if (!limits.programs.includes(command) || /[/\\]/.test(command)) throw refuse("");
  const variable = variables.find((name) => dangerous.test(name));
  if (variable !== undefined) throw refuse(`, with the variable ${variable}, which could make it run another one`);
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const file = join(folder, command);
    if (await isExecutable(file)) return file;
  }
  throw new KubeconfigError(`the kubeconfig runs a program to sign in: ${command}, which is not on the PATH here`);
}

/** Throws `KubeconfigError`, with a refusal when the limits do not allow it. */
export async function requireAllowedFile(file: string, limits: KubeconfigLimits | undefined): Promise<void> {
  await allowedPath(file, limits);
}

/** The content of a file that a kubeconfig names. Throws `KubeconfigError` as `requireAllowedFile`, or when it cannot be read. */
export async function readAllowedFile(file: string, limits: KubeconfigLimits | undefined): Promise<Buffer> {
  const path = await allowedPath(file, limits);
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const about = await handle.stat();
      if (!about.isFile() || about.size > largestFile) throw new Error("it is no file of a reasonable size");
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new KubeconfigError(`the kubeconfig names a file that cannot be read: ${file}${codeOf(error)}`);
  }
}

async function allowedPath(file: string, limits: KubeconfigLimits | undefined): Promise<string> {
  if (limits === undefined) return file;
  const refusal = { kind: "file", name: file } as const;
  const refused = new KubeconfigError(`the kubeconfig refers to a file of this machine: ${file}`, { refusal });
  // Judged by the name first, so that nobody learns which other files there are.
  if (!limits.folders.some((folder) => isBelow(resolve(file), resolve(folder)))) throw refused;
  const target = await realpath(file).catch((error: unknown) => {
    throw new KubeconfigError(`the kubeconfig names a file that cannot be read: ${file}${codeOf(error)}`);
  });
  for (const folder of limits.folders) {
    const real = await realpath(folder).catch(() => undefined);
    if (real !== undefined && isBelow(target, real)) return target;
  }
  throw refused;
}

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
}
