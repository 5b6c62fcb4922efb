import { type Operation, operation, type RegistryOptions } from "../registry/operation.ts";
import type { RegistryAccess } from "../registry/registry-address.ts";
import { RegistryError, type RegistryErrorCode } from "../registry/registry-error.ts";
import { openSession, type Session } from "../registry/session.ts";
import type { Timing } from "../registry/with-retries.ts";

/** A clock that moves by what is waited for; nobody waits. */
export function jumpingTime(): Timing & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = Date.parse("2026-01-01T00:00:00Z");
  return {
    waits,
    now: () => now,
    random: () => 0.5,
    async wait(milliseconds) {
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
}

/** Options for a call against one registry of a test. */
export function optionsFor(access: RegistryAccess = {}, more: Partial<RegistryOptions> = {}): RegistryOptions {
  return { access: () => access, timing: jumpingTime(), deadline: 120_000, ...more };
}

/** A session with the repository `team/user` for the time of `work`. */
export function withSession<T>(
  address: string,
  options: RegistryOptions,
  work: (session: Session, running: Operation) => Promise<T>,
): Promise<T> {
  return operation(options, async (running) => {
    const session = openSession({ registry: address, repository: "team/user" }, "pull,push", running);
    try {
      return await work(session, running);
    } finally {
      session.close();
    }
  });
}

/** A Docker configuration with one user and password. */
export function loginAt(address: string, password = "hunter2-secret"): string {
  return JSON.stringify({ auths: { [address]: { auth: Buffer.from(`me:${password}`).toString("base64") } } });
}

/** Passes for a RegistryError of this code with a hint, which tells none of the secrets. */
export function isError(
  code: RegistryErrorCode,
  message: RegExp,
  ...secrets: readonly string[]
): (error: unknown) => true {
  return (error) => {
    if (!(error instanceof RegistryError)) throw error;
    const told = `${error.message} ${error.hint} ${String(error.cause)}`;
    if (error.code !== code) throw new Error(`${error.code}, not ${code}: ${error.message}`);
    if (!message.test(error.message)) throw new Error(`${message} does not fit: ${error.message}`);
    if (error.hint === "") throw new Error(`no hint: ${error.message}`);
    for (const secret of ["hunter2", "secret-of", "_state", "bWU6", ...secrets])
      if (told.includes(secret)) throw new Error(`a secret is told: ${told}`);
    return true;
  };
}
