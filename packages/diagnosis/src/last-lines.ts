import type { ContainerView, Subject } from "./subject.ts";

const keptLines = 8;
/** What stands above an error's message: the place, the source line and the marker below it. */
const linesBefore = 3;
const keptColumns = 400;
/** Colours and cursor moves (ECMA-48 control sequences): noise outside a terminal, and a way to hide text in one. */
const controlSequence = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[ -/]*[@-~]`, "g");

/** Where errors of the common runtimes say what they are: Node, Python, JVM, PHP, Go. */
const headline =
  /^\s*(\[\w+\]: )?(Uncaught |Unhandled |PHP )?((\w+\.)*[A-Z]\w*(Error|Exception)|Error|Fatal error)\b[^:]{0,40}:|^panic: |^fatal error: /;
/** A place in the runtime's own code, its source line and the marker below, as Node begins a report. */
const runtimeSource = /^node:\S+:\d+\n.*\n *\^+ *$/gm;
/** The runtime's own frames of a stack trace and Node's last words below one: they say nothing about the service. */
const runtimeNoise = /^\s+at .*\(?node:|^Node\.js v\d/;

/** Up to a digest in a path: the folder that a snapshot is unpacked in, whose name would hide that of the file. */
const snapshotFolder = /[^\s"'(]*\/[0-9a-f]{64}\//g;

/** The lines that tell most of the log of the container's last run, when the caller has fetched it. */
export function lastLines(
  subject: Pick<Subject, "logs">,
  { pod, status }: ContainerView,
): { readonly lastLog?: readonly string[] } {
  const logs = (subject.logs ?? []).filter((log) => log.pod === pod.metadata.name && log.container === status.name);
  const log = logs.find((one) => one.previous === wantsPrevious(status)) ?? logs[0];
  if (log === undefined) return {};
  const lines = log.text
    .replace(controlSequence, "")
    .replace(runtimeSource, "")
    .split("\n")
    .map((line) => line.trimEnd().replace(snapshotFolder, "…/").slice(0, keptColumns))
    .filter((line) => line !== "" && !runtimeNoise.test(line));
  return lines.length === 0 ? {} : { lastLog: telling(lines) };
}

/** The end, or the last error with what stands above it when the end is only what follows it. */
function telling(lines: readonly string[]): readonly string[] {
  const end = Math.max(0, lines.length - keptLines);
  const error = lines.findLastIndex((line) => headline.test(line));
  const start = error === -1 ? end : Math.max(0, Math.min(error - linesBefore, end));
  return lines.slice(start, start + keptLines);
}

/** The kubelet keeps the log of the run before the current one; a run that has just ended is the current one. */
export function wantsPrevious(status: ContainerView["status"]): boolean {
  return status.lastState?.terminated !== undefined && status.state?.terminated === undefined;
}
