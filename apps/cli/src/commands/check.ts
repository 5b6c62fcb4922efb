import { stat } from "node:fs/promises";
import { join } from "node:path";
import { SnapshotError } from "@fairway/images";
import {
  bySeverity,
  checkFolder,
  draftAppToml,
  type Finding,
  type FolderFacts,
  type WatchedRun,
  watchedFindings,
  withWatched,
} from "@fairway/intake";
import { builtinProfile, notDeliverableYet, type ServiceSpec, specFor } from "@fairway/spec";
import { parseAppFile } from "../app-file/parse-app-file.ts";
import { type AppFile, readAppFile } from "../app-file/read-app-file.ts";
import { notRunnable } from "../check/runnable.ts";
import { watchRun } from "../check/watch-run.ts";
import { type CliCommand, examples, type Invocation, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { stepPrinter } from "../deploy/step-printer.ts";
import { readFolder } from "../folder/read-folder.ts";
import { checkScreen, counts } from "../screens/check-screen.ts";
import { counted, printable } from "../terminal/text.ts";

export const check: CliCommand = {
  define(command) {
    command
      .argument("[dir]", "folder of the service", ".")
      .option("--run", "build it and watch it run; the default where this machine has what it needs")
      .option("--no-run", "only read")
      .option("--patience <seconds>", "how long it may take until it listens", "20")
      .addHelpText(
        "after",
        `${examples("fairway check", "fairway check services/user --no-run", "fairway check --json | jq '.findings[].rule'")}

Tells what a folder lacks to run well: by reading it, and by building it as a deploy does, starting it in a temporary
place, and watching where it listens, what it writes, whom it calls and how it stops. Needs no server.
Without an app.toml it looks with the one that fairway init would write. Exit code 1 when something must be done.`,
      );
  },
  async run(invocation) {
    const { shell, options, style, args } = invocation;
    const where = args[0] ?? ".";
    const own = invocation.own<{ run?: boolean; patience: string }>();
    const patience = Number(own.patience) * 1000;
    if (!(patience > 0 && patience <= 3_600_000))
      throw new CommandFailure("usage", `--patience takes seconds, not ${own.patience}.`, { exitCode: exitCode.usage });
    const { folder, facts } = await readFolder(shell, where);
    const { spec, appToml, undeliverable } = await specOf(invocation, where, folder, facts);
    const read = checkFolder(facts, { spec, appToml, today: new Date(shell.now()).toISOString().slice(0, 10) });
    const seen = await watched(invocation, folder, spec, { wanted: own.run, patience });
    const together = seen.run === undefined ? [...read, ...seen.findings] : withWatched(read, seen.run, seen.findings);
    const findings = bySeverity([...undeliverable, ...together]);
    const musts = findings.filter(({ severity }) => severity === "must").length;
    if (options.json === true)
      printJson(shell, {
        service: spec.name,
        files: facts.files.length,
        run: seen.run ?? null,
        notRun: seen.why ?? null,
        findings,
      });
    else {
      printLines(shell, checkScreen(findings, shell.out.width, style));
      const looked = `read ${counted(facts.files.length, "file")}, ${seen.why === undefined ? "watched it run" : `did not run it: ${seen.why}`}`;
      if (findings.length === 0)
        printLines(shell, [`${style.good("✓")} ${style.strong(spec.name)} is ready for Fairway (${looked})`]);
      else {
        const mark = musts > 0 ? style.bad("✗") : style.doubtful("!");
        printLines(shell, [`${mark} ${style.strong(spec.name)}: ${counts(findings)} (${looked})`]);
      }
    }
    return musts > 0 ? exitCode.failed : exitCode.done;
  },
};

interface Asked {
  readonly spec: ServiceSpec;
  readonly appToml: string | undefined;
  readonly undeliverable: readonly Finding[];
}

/** app.toml's, or of the draft that `fairway init` would write. */
async function specOf(
  { shell, options }: Invocation,
  where: string,
  folder: string,
  facts: FolderFacts,
): Promise<Asked> {
  const environment = options.env ?? "prod";
  const isThere = await stat(join(folder, "app.toml")).then(
    () => true,
    () => false,
  );
  if (isThere) {
    const file = await readAppFile(shell, where);
    const parsed = parseAppFile(file);
    const undeliverable = notDeliverableYet(parsed, environment).map(
      ({ message, hint, line, column, length }): Finding => ({
        rule: "not-deliverable-yet",
        severity: "must",
        message,
        place: { file: "app.toml", line, column, length, excerpt: (file.text.split("\n")[line - 1] ?? "").trim() },
        why: "a deploy would be refused, so that nothing is half there",
        advice: hint ?? "take it out for now",
      }),
    );
    return { spec: specFor(parsed, environment), appToml: file.text, undeliverable };
  }
  const draft = draftAppToml(facts);
  if (draft.kind === "folders")
    throw new CommandFailure("no-service", "This folder starts nothing itself; it holds what looks like services.", {
      exitCode: exitCode.usage,
      lines: draft.services.map(({ path }) => `  ${printable(path)}`),
      advice: `fairway check ${where === "." ? "" : `${where.replace(/\/$/, "")}/`}${draft.services[0]?.path ?? ""}`,
    });
  const file: AppFile = { name: "app.toml", text: draft.text, folder, contracts: [] };
  return { spec: specFor(parseAppFile(file), environment), appToml: undefined, undeliverable: [] };
}

interface Seen {
  readonly run: WatchedRun | undefined;
  /** Why it was not run. */
  readonly why: string | undefined;
  readonly findings: readonly Finding[];
}

async function watched(
  invocation: Invocation,
  folder: string,
  spec: ServiceSpec,
  { wanted, patience }: { readonly wanted: boolean | undefined; readonly patience: number },
): Promise<Seen> {
  const { shell } = invocation;
  const nothing = (why: string): Seen => ({ run: undefined, why, findings: [] });
  if (wanted === false) return nothing("--no-run");
  const why = await notRunnable(spec, shell.environment["PATH"]);
  if (why !== undefined) {
    if (wanted === true)
      throw new CommandFailure("not-runnable", `It cannot be run here: ${why}.`, {
        exitCode: exitCode.usage,
        advice: "fairway check --no-run",
      });
    return nothing(why);
  }
  const steps = stepPrinter(invocation);
  const interrupt = new AbortController();
  const stopListening = shell.onInterrupt(() =>
    interrupt.abort(
      new CommandFailure("interrupted", "Stopped, and what was started with it.", { exitCode: exitCode.interrupted }),
    ),
  );
  let word = "building";
  try {
    const run = await steps.during(
      () => ({ word, detail: spec.name }),
      () =>
        watchRun({
          folder,
          spec,
          environment: shell.environment,
          patience,
          signal: interrupt.signal,
          onStep: (step) => {
            word = step;
          },
        }),
    );
    return { run, why: undefined, findings: watchedFindings(run, { spec, profile: builtinProfile }) };
  } catch (error) {
    interrupt.signal.throwIfAborted();
    if (!(error instanceof SnapshotError)) throw error;
    return {
      run: undefined,
      why: "it could not be built",
      findings: [
        {
          rule: "build-fails",
          severity: "must",
          message: error.message,
          lines: error.output.slice(-12),
          why: "a deploy builds it in the same way, in a clean copy of what git does not ignore",
          advice: "mend what it says; [build] command says how it is built",
        },
      ],
    };
  } finally {
    steps.clear();
    stopListening();
  }
}
