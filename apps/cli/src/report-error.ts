import { CommandFailure, exitCode } from "./command-failure.ts";
import type { Shell } from "./terminal/shell.ts";
import { type Style, styleFor } from "./terminal/style.ts";
import { printable, wrap } from "./terminal/text.ts";

/** What went wrong, in words, wherever it came from. */
interface Report {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly advice?: string | undefined;
  readonly issues?: readonly unknown[];
  /** Below the message. */
  readonly lines?: readonly string[];
  /** Instead of message, lines and advice. */
  readonly text?: string;
}

/** Mistakes of the one who types, as the server finds them. */
const usageProblems = new Set([
  "app-toml-not-valid",
  "profile-not-valid",
  "environment-unknown",
  "environment-ambiguous",
  "release-unknown",
  "release-ambiguous",
  "params-not-valid",
  "query-not-valid",
  "body-not-valid",
]);

const snapshotAdvice: Readonly<Record<string, string>> = {
  "file-refused": "take it out of the folder, or name it in .gitignore",
  "build-failed": "mend what it says, and deploy again; nothing was rolled out",
};

/** Tells an error on standard error, or as one JSON line on standard output. Resolves with the exit code. */
export async function reportError(error: unknown, shell: Shell, json: boolean): Promise<number> {
  const style = styleFor(shell.err, shell.environment);
  const report = await reportOf(error, style);
  if (json) {
    const { code, message, advice, issues } = report;
    shell.out.write(`${JSON.stringify({ type: "error", code, message, advice, issues })}\n`);
  } else if (report.text !== undefined) shell.err.write(report.text);
  else {
    const lines = [style.bad(report.message), ...(report.lines ?? [])];
    if (report.advice !== undefined)
      for (const [at, line] of wrap(report.advice, Math.max(40, shell.err.width - 11)).entries())
        lines.push(`  ${at === 0 ? style.faint("do") : "  "}       ${line}`);
    shell.err.write(`${lines.join("\n")}\n`);
  }
  return report.exitCode;
}

async function reportOf(error: unknown, style: Style): Promise<Report> {
  if (error instanceof CommandFailure) {
    if (error.format === undefined) return error;
    const { exitCode: status, code, message, issues = [] } = error;
    return { exitCode: status, code, message, issues, text: error.format(style.bad("x") !== "x") };
  }
  // By name: loading the packages only to compare classes would cost more than the rest of a failing command.
  if (!(error instanceof Error)) return unexpected(String(error));
  if (error.name === "ApiProblem") {
    const { ApiProblem } = await import("@fairway/api");
    if (error instanceof ApiProblem) return problemReport(error);
  }
  if (error.name === "SnapshotError") {
    const { SnapshotError } = await import("@fairway/images");
    if (error instanceof SnapshotError)
      return {
        exitCode: exitCode.failed,
        code: error.code,
        message: sentence(capital(printable(error.message))),
        lines: error.output.map((line) => `  ${style.faint("│")} ${printable(line)}`),
        advice: snapshotAdvice[error.code],
      };
  }
  return unexpected(error.message);
}

function problemReport(problem: import("@fairway/api").ApiProblem): Report {
  if (problem.code === "server-unreachable")
    return {
      exitCode: exitCode.failed,
      code: problem.code,
      message: `${printable(problem.title)}.`,
      advice: "npm start (in the Fairway checkout), or another server: fairway login <url>",
    };
  const about = { exitCode: usageProblems.has(problem.code) ? exitCode.usage : exitCode.failed, code: problem.code };
  if (problem.status === 401)
    return {
      ...about,
      message: "The server does not accept the token.",
      advice: printable(problem.hint ?? "") || "fairway login <url>, or npm start again",
    };
  const lines = problem.issues.map(({ message, file, line, column, cluster, field, hint }) => {
    const where = line !== undefined ? `${file ?? "app.toml"}:${line}:${column ?? 1}` : (cluster ?? field);
    return `  ${where === undefined ? "" : `${printable(where)}  `}${printable(message)}${hint === undefined ? "" : `: ${printable(hint)}`}`;
  });
  return {
    ...about,
    message: sentence(
      printable(
        problem.detail === undefined
          ? // Which part of the request it was is nothing to who typed a command; the lines below name what was wrong.
            /^(params|query|body)-not-valid$/.test(problem.code)
            ? "This is not valid:"
            : problem.title
          : // "Not found" says nothing that its detail does not.
            problem.code === "not-found"
            ? capital(problem.detail)
            : `${problem.title}: ${problem.detail}`,
      ),
    ),
    advice: problem.hint === undefined ? undefined : printable(problem.hint),
    ...(problem.issues.length === 0 ? {} : { issues: problem.issues, lines }),
  };
}

function sentence(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function unexpected(message: string): Report {
  return { exitCode: exitCode.failed, code: "unexpected", message: `Unexpected: ${printable(message)}` };
}
