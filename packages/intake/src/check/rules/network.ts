import { fixedPorts } from "../../folder/fixed-ports.ts";
import type { SourceFile } from "../../folder/source-files.ts";
import type { Place } from "../finding.ts";
import { type Hit, hitsInLines, placeOf, type Rule } from "../rule.ts";

const said = /\b(console|log|logger|logging)\.\w+\(|\bprint(f|ln)?\(|\bfmt\.(Print|Fprint)|\becho\b/i;
const fallsBack = /process\.env|os\.environ|getenv|Getenv|LookupEnv|\benv\(|\$_ENV|\?\?|\|\||\?:/;
const scheme = "(?:https?|wss?|grpc|amqps?|rediss?|postgres(?:ql)?|mysql|mongodb|nats|kafka|tcp|ldaps?|smtp)";
/** Hosts that exist in one network only. */
const internal = new RegExp(
  `\\b${scheme}://(?:[^/\\s"'\`@]*@)?(?!kubernetes\\.default\\.)[\\w-]+(?:\\.[\\w-]+)*\\.(?:internal|local|lan|corp|intra|intranet|svc)(?=[:/"'\`?]|$)`,
);
/** One word and a port: a name that a compose file or a hosts file gives. */
const oneWord = new RegExp(`\\b${scheme}://(?:[^/\\s"'\`@]*@)?(?!localhost)[a-z][a-z0-9_-]*:\\d{2,5}(?=[/"'\`?]|$)`);
const loopback = new RegExp(`\\b${scheme}://(?:[^/\\s"'\`@]*@)?(?:localhost|127\\.0\\.0\\.1)(?::\\d+)?`);
const number = /(?:(\/\/|@)|["'`])((?:\d{1,3}\.){3}\d{1,3})(:\d{2,5})?(?=[/"'`?]|$)/;

export const hardCodedAddress: Rule = {
  code: "hard-coded-address",
  severity: "must",
  message: "the address of something else is written in the code",
  why: "it is another one in each environment and cluster, and network policies open the way to declared ones only",
  advice:
    'declare it under [[dependencies]] (with external = "https://..." when Fairway does not run it), and read SERVICE_<NAME>_URL',
  find: ({ sources }) => [...addresses(sources)],
};

function addresses(sources: readonly SourceFile[]): readonly Hit[] {
  const any = [internal, oneWord, loopback, number];
  const hits = hitsInLines(sources, { javascript: any, golang: any, python: any, php: any }, said);
  return hits.flatMap(({ place, line }): readonly Hit[] => {
    const matched = line.slice((place.column ?? 1) - 1, (place.column ?? 1) - 1 + (place.length ?? 0));
    const digits = number.exec(matched)?.[2];
    if (digits !== undefined && !isFixed(digits, matched)) return [];
    // To fall back on localhost is convenient on a laptop, and the variable wins where it is set.
    if (fallsBack.test(line))
      return [
        {
          place,
          severity: "good",
          message: "falls back on an address in the code when a variable is not set",
          advice: "let it fail at the start without the variable: a forgotten one is then found before the rollout",
        },
      ];
    return [{ place }];
  });
}

/** An address that names one machine: not everybody's, this machine's own, or a version number. */
function isFixed(digits: string, matched: string): boolean {
  const parts = digits.split(".").map(Number);
  if (parts.some((part) => part > 255)) return false;
  const [a = 0, b = 0] = parts;
  // Loopback, any, broadcast, the cloud's own, documentation (RFC 5737).
  if (a === 127 || a === 0 || a === 255 || (a === 169 && b === 254)) return false;
  if (/^(192\.0\.2|198\.51\.100|203\.0\.113)\./.test(digits)) return false;
  const isPrivate = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
  return isPrivate ? !digits.endsWith(".0") : /\/\/|@|:\d/.test(matched);
}

export const fixedPort: Rule = {
  code: "fixed-port",
  severity: "must",
  message: "listens on a port of its own",
  why: "the platform says in $PORT where it sends requests; on one machine several pods cannot have the same port",
  advice: "listen on the port that $PORT names",
  find: ({ facts, spec, sources }) =>
    fixedPorts(facts)
      .filter(({ file }) => sources.some(({ path }) => path === file))
      .map(({ port, file, line }): Hit => {
        const text = sources.find(({ path }) => path === file)?.lines[line - 1] ?? "";
        const place: Place = placeOf(file, line, text, text.indexOf(String(port)), String(port).length);
        if (port < 1024)
          return {
            place,
            message: `listens on ${port} always, which only root may`,
            advice: "listen on $PORT; [public] makes it answer on 80 and 443",
          };
        if (spec.run.port === port)
          return {
            place,
            severity: "should",
            message: `listens on ${port} always; on Kubernetes [run] port makes up for it, in embedded clusters nothing does`,
          };
        return { place, message: `listens on ${port} always` };
      }),
};

export const loopbackOnly: Rule = {
  code: "loopback-only",
  severity: "must",
  message: "listens for this machine only",
  why: "requests and health checks come from outside of the pod",
  advice: "listen on 0.0.0.0 (or name no host where that is the default)",
  find: ({ sources }) =>
    hitsInLines(sources, {
      javascript: [/\.listen\([^)]*["'`](127\.0\.0\.1|localhost)["'`]/],
      python: [
        /\b(?:app|server|application)\.run\((?=[^)]*\))(?![^)]*\bhost\s*=)/,
        /\buvicorn\.run\((?=[^)]*\))(?![^)]*\bhost\s*=)/,
        /\b(?:run|serve)\([^)]*\bhost\s*=\s*["'](127\.0\.0\.1|localhost)["']/,
        /\bHTTPServer\(\s*\(\s*["'](127\.0\.0\.1|localhost)["']/,
      ],
      golang: [
        /\b(?:ListenAndServe(?:TLS)?|Listen)\([^)]*"(127\.0\.0\.1|localhost):/,
        /\bAddr:\s*"(127\.0\.0\.1|localhost):/,
      ],
    }),
};

/** Packages that end a server in order. */
const shutdownPackages =
  /SIGTERM|enableShutdownHooks|close-with-grace|@godaddy\/terminus|http-terminator|lightship|stoppable|fastify-graceful-shutdown|http-graceful-shutdown/;

export const noSignals: Rule = {
  code: "signals-not-handled",
  severity: "should",
  message: "does nothing on SIGTERM",
  why: "at each rollout and each move a pod gets SIGTERM: requests that are being answered are cut, and as a container's first process it is only killed when its grace is over",
  advice: "on SIGTERM take no new requests, finish those that are there, and end",
  find({ sources, spec }) {
    const handled: Readonly<Record<string, RegExp>> = {
      javascript: shutdownPackages,
      golang: /\bsignal\.Notify(Context)?\(/,
      python: /\bSIGTERM\b/,
    };
    const serves = hitsInLines(sources, {
      javascript: [/\.listen\(/, /\bDeno\.serve\(|\bBun\.serve\(/],
      golang: [/\.?\bListenAndServe(TLS)?\(/],
      python: [/\bserve_forever\(/],
    });
    // Servers that others wrote (gunicorn, uvicorn, next, ...) handle it, and so need no line of ours.
    const own = /\b(gunicorn|uvicorn|hypercorn|waitress|daphne|next|nuxt|pm2-runtime)\b/.test(
      (spec.run.command ?? []).join(" "),
    );
    const [first] = serves;
    if (first === undefined || own) return [];
    const all = sources.some(({ language, lines }) => lines.some((line) => handled[language]?.test(line) === true));
    return all ? [] : [{ place: first.place }];
  },
};
