type Advice = (found: RegExpExecArray) => string;

/** What runtimes say when a start fails for a reason that is the same in every service, the most exact first. */
const known: readonly (readonly [RegExp, Advice])[] = [
  [
    /EADDRINUSE|address already in use/i,
    () => "another process has the port that it listens on: let it listen on the port in $PORT, not on a fixed one",
  ],
  [
    /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[\w-][\w.-]*)'/,
    ([, name]) =>
      `the package ${name} is not in what was deployed: list it under dependencies in package.json, or let [build] command install it`,
  ],
  [
    /No module named '?([\w.]+)/,
    ([, name]) => `the module ${name} is not in what was deployed: let [build] command install it`,
  ],
  [
    /Cannot find module '[./]|ERR_MODULE_NOT_FOUND|can't open file/,
    () =>
      "a file that it needs is not in what was deployed: check its path, .gitignore and [build] exclude in app.toml",
  ],
  [/SyntaxError|IndentationError/, () => "mend the syntax error that the last log names, and deploy again"],
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|connection refused/i,
    () =>
      "something that it calls does not answer: see to that first (fairway status), or let it start without it and try again",
  ],
];

/** What to do about an error that many services run into; undefined when the log names none. */
export function adviceFromLog(lines: readonly string[]): string | undefined {
  const text = lines.join("\n");
  for (const [pattern, advice] of known) {
    const found = pattern.exec(text);
    if (found !== null) return advice(found);
  }
  return undefined;
}
