/** A service that says which release it is of, and clients that count what they hear. */
import { request } from "node:http";

/**
 * Answers with the release after a moment, so that some requests are always under way, and ends in order. Where GATE is an
 * address it begins when that has answered; with CRASH it never does.
 */
const program = `
if (process.env.CRASH !== undefined) throw new Error("asked to crash");
const http = require("node:http");
const server = http.createServer((_, response) => setTimeout(() => response.end(process.env.RELEASE), 20));
const begin = () => server.listen(process.env.PORT);
process.env.GATE ? http.get(process.env.GATE, begin) : begin();
process.once("SIGTERM", () => (server.listening ? server.close() : process.exit()));
`;

export interface Answering {
  /** 2 by default; between bounds by an autoscaler. */
  readonly replicas?: number | { readonly min: number; readonly max: number };
  readonly env?: Readonly<Record<string, string>>;
  /** More of the file, behind what is here. */
  readonly tables?: string;
}

export function answering(
  name: string,
  release: string,
  { replicas = 2, env = {}, tables = "" }: Answering = {},
): string {
  const variables = Object.entries({ RELEASE: release, ...env }).map(
    ([key, value]) => `${key} = ${JSON.stringify(value)}`,
  );
  const many = typeof replicas === "number" ? replicas : `{ min = ${replicas.min}, max = ${replicas.max} }`;
  return `name = "${name}"
replicas = ${many}
[engine]
name = "node"
[run]
command = ${JSON.stringify(["node", "-e", program])}
[env]
${variables.join("\n")}
${tables}`;
}

/** Where requests go. */
export interface Target {
  /** `host:port` */
  readonly address: string;
  /** The Host header. */
  readonly host: string;
}

/** What was heard. */
export interface Heard {
  /** Answers by what they say. */
  readonly answers: Readonly<Record<string, number>>;
  /** All that was no answer of the service. */
  readonly failed: readonly string[];
}

/** One request on a connection of its own. */
function ask({ address, host }: Target): Promise<string> {
  const [hostname, port] = address.split(":");
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: hostname, port, path: "/", headers: { host }, agent: false, timeout: 15_000 },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () =>
          response.statusCode === 200 ? resolve(body) : reject(new Error(`${response.statusCode} ${body}`)),
        );
        response.on("error", reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer within 15 s")));
    sent.on("error", reject);
    sent.end();
  });
}

function tally() {
  const answers: Record<string, number> = {};
  const failed: string[] = [];
  return {
    heard: { answers, failed },
    count: async (answer: Promise<string>): Promise<void> => {
      try {
        const body = await answer;
        answers[body] = (answers[body] ?? 0) + 1;
      } catch (error) {
        failed.push(`${new Date().toISOString()} ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

export interface Load {
  /** What was heard until now. */
  heard(): Heard;
  /** Stops and waits for the last answers. */
  stop(): Promise<Heard>;
}

/** Requests at a constant rate until stopped, each on a connection of its own. */
export function constantRequests(target: Target, perSecond: number): Load {
  const { heard, count } = tally();
  const running = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const one: Promise<void> = count(ask(target)).finally(() => running.delete(one));
    running.add(one);
  }, 1000 / perSecond);
  return {
    heard: () => ({ answers: { ...heard.answers }, failed: [...heard.failed] }),
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return heard;
    },
  };
}

/** So many requests, a few at a time. */
export async function requests(target: Target, count: number): Promise<Heard> {
  const all = tally();
  let left = count;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await all.count(ask(target));
    }
  };
  await Promise.all(Array.from({ length: 16 }, one));
  return all.heard;
}

/** Percent of the answers that say this. */
export function shareOf(answer: string, { answers }: Heard): number {
  const all = Object.values(answers).reduce((sum, one) => sum + one, 0);
  return (100 * (answers[answer] ?? 0)) / all;
}
