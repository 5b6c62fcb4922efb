import assert from "node:assert/strict";
import { type ExecFileException, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ContractCluster, Register } from "../contract-cluster.ts";
import { type Stage, stageIn } from "../stage.ts";

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A person with one kubectl in a namespace of his own. */
export interface Person {
  readonly stage: Stage;
  /** Runs kubectl, which must succeed, and gives what it printed. */
  run(args: readonly string[], input?: object | string): Promise<string>;
  /** Runs kubectl, whatever becomes of it. */
  attempt(args: readonly string[], input?: object | string): Promise<Said>;
  /** Starts kubectl and waits until its output satisfies while `meanwhile` happens, then ends it. */
  follow(args: readonly string[], pattern: RegExp, meanwhile: () => Promise<unknown>): Promise<string>;
}

/** For one command, and for what is followed, in milliseconds. */
const patience = 120_000;

/** Registers a case that is done with every kubectl that there is, each in a namespace of its own. */
export function forEachKubectl(each: Register, title: string, body: (person: Person) => Promise<void>): void {
  each(title, async (cluster, namespace) => {
    assert.ok(cluster.kubectls.length > 0, "there is no kubectl: node scripts/fetch-kubectl.ts brings one");
    const home = await mkdtemp(join(tmpdir(), "contract-kubectl-"));
    try {
      await Promise.all(
        cluster.kubectls.map(async ({ version, path }, index) => {
          const own = `${namespace}-${index}`;
          await makeNamespace(cluster, own);
          try {
            await body(personWith(path, cluster, own, join(home, String(index))));
          } catch (error) {
            throw new Error(`with kubectl ${version}: ${error instanceof Error ? error.message : error}`, {
              cause: error,
            });
          } finally {
            await cluster.client.request("DELETE", `/api/v1/namespaces/${own}`);
          }
        }),
      );
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
}

function personWith(binary: string, cluster: ContractCluster, namespace: string, home: string): Person {
  const env = { PATH: process.env["PATH"], HOME: home, KUBECONFIG: cluster.kubeconfigPath };
  const whole = (args: readonly string[]): string[] => ["--namespace", namespace, ...args];

  function attempt(args: readonly string[], input?: object | string): Promise<Said> {
    return new Promise((resolve) => {
      const child = execFile(
        binary,
        whole(args),
        { env, timeout: patience },
        (error: ExecFileException | null, stdout: string, stderr: string) => {
          resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
        },
      );
      child.stdin?.end(input === undefined ? "" : typeof input === "string" ? input : JSON.stringify(input));
    });
  }

  return {
    stage: stageIn(cluster, namespace),
    attempt,
    async run(args, input) {
      const { code, stdout, stderr } = await attempt(args, input);
      assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stdout}${stderr}`);
      return stdout;
    },
    async follow(args, pattern, meanwhile) {
      const child = spawn(binary, whole(args), { env, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += String(chunk)));
      try {
        await meanwhile();
        const deadline = Date.now() + patience;
        while (!pattern.test(text)) {
          assert.ok(Date.now() < deadline, `kubectl ${args.join(" ")} never said ${pattern}: ${text}`);
          await pause(50);
        }
        return text;
      } finally {
        child.kill("SIGKILL");
      }
    },
  };
}

async function makeNamespace({ client }: ContractCluster, name: string): Promise<void> {
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  const created = await client.request("POST", "/api/v1/namespaces", { body });
  assert.equal(created.code, 201, created.text);
  const account = async () => client.request("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`);
  const deadline = Date.now() + patience;
  while ((await account()).code !== 200) {
    assert.ok(Date.now() < deadline, `namespace ${name} has no service account default`);
    await pause(50);
  }
}
