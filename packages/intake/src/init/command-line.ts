import type { CommandLine } from "./guess.ts";

export interface PlainCommand {
  /** As `[run] command` takes it. */
  readonly command: CommandLine;
  /** Variables that stood before the command. */
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

/** A line of a Procfile, a script or a Dockerfile as app.toml takes it: words where they are enough, else a shell that gets out of the way. */
export function plainCommand(line: CommandLine): PlainCommand {
  if (typeof line !== "string") return { command: line, variables: [] };
  const variables: { name: string; value: string }[] = [];
  let rest = line.trim().replace(/^(cross-env|env)\s+(?=[A-Za-z_]\w*=)/, "");
  for (;;) {
    const [whole, name, value] = /^([A-Za-z_]\w*)=([\w./:@%+,-]*)\s+(?=\S)/.exec(rest) ?? [];
    if (whole === undefined || name === undefined || value === undefined) break;
    variables.push({ name, value });
    rest = rest.slice(whole.length);
  }
  rest = rest.replace(/^exec\s+/, "");
  if (!/[|&;<>()$`*?[\]~#\n\r\0]/.test(rest) && balanced(rest)) return { command: rest, variables };
  const one = !/[|&;\n]/.test(rest);
  return { command: ["sh", "-c", one ? `exec ${rest}` : rest], variables };
}

function balanced(line: string): boolean {
  return (line.match(/'/g)?.length ?? 0) % 2 === 0 && (line.match(/"/g)?.length ?? 0) % 2 === 0 && !line.includes("\\");
}
