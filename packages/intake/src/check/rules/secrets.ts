import type { FileFact } from "../../folder/folder-facts.ts";
import { looksSecret } from "../../folder/variables.ts";
import { type Hit, hitsInLines, placeOf, type Rule } from "../rule.ts";

const why = "whoever reads the repository or an image of it has the secret, for ever: git forgets nothing";
const advice = "take it out, name it under [secrets] required, and make a new one: this one is known";

/** Forms that nothing else has. */
const keys: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/, "a private key"],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, "an access key of AWS"],
  [/\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bgithub_pat_\w{30,}/, "a token of GitHub"],
  [/\bglpat-[\w-]{20,}/, "a token of GitLab"],
  [/\bxox[abpr]-[\w-]{10,}/, "a token of Slack"],
  [/\bsk_live_\w{16,}/, "a key of Stripe"],
  [/\bAIza[\w-]{35}\b/, "a key of Google"],
  [/\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*(?!\$)\S{8,}/, "a token of a package registry"],
];
const placeholder = /example|sample|change|placeholder|dummy|fake|test|todo|xxx|your|\.\.\.|<|\$\{|^\*+$/i;

export const secretInRepository: Rule = {
  code: "secret-in-repository",
  severity: "must",
  message: "a secret lies in the folder",
  why,
  advice,
  find: ({ facts }) => facts.files.flatMap((file) => inFile(file)),
};

function inFile({ path, text }: FileFact): readonly Hit[] {
  if (text === undefined || /(^|\/)(tests?|__tests__|fixtures?|testdata|mocks?)\//.test(path)) return [];
  const name = path.slice(path.lastIndexOf("/") + 1);
  const isSettings = /^\.env(\.(?!example$|sample$|template$|dist$)[\w.-]+)?$/.test(name);
  const lines = text.split(/\r?\n/);
  const hits = lines.flatMap((line, at): readonly Hit[] => {
    for (const [pattern, what] of keys) {
      const match = line.length > 4000 ? null : pattern.exec(line);
      if (match !== null)
        return [
          { message: `${what} lies in the folder`, place: placeOf(path, at + 1, line, match.index, match[0].length) },
        ];
    }
    if (!isSettings) return [];
    const [, variable = "", value = ""] = /^\s*(?:export\s+)?(\w+)\s*=\s*["']?([^"'#\s]+)/.exec(line) ?? [];
    if (!looksSecret(variable) || value === "" || placeholder.test(value)) return [];
    const column = line.indexOf(variable);
    return [
      {
        message: `${variable} lies in ${name}`,
        place: { file: path, line: at + 1, column: column + 1, length: variable.length, excerpt: `${variable}=…` },
      },
    ];
  });
  if (!isSettings || hits.length > 0 || !lines.some((line) => /^\s*(export\s+)?\w+=\S/.test(line))) return hits;
  return [
    {
      severity: "should",
      message: `${name} is not ignored by git, and goes into the image`,
      place: { file: path },
      advice: `name it in .gitignore; keep a ${name === ".env" ? ".env" : name}.example with the names, and put values into [env] and [secrets]`,
    },
  ];
}

export const secretInCode: Rule = {
  code: "secret-in-code",
  severity: "should",
  message: "what looks like a secret is written in the code",
  why,
  advice,
  find: ({ sources }) => {
    const assigned =
      /\b(?:\w*(?:password|passwd|api_?key|secret_?key|private_?key|access_token|auth_token)|secret|\w+_secret)["']?\s*(?::=|[:=](?!=)|=>)\s*["'`]([^"'`\s]{8,})["'`]/i;
    const all = [assigned];
    return hitsInLines(sources, { javascript: all, golang: all, python: all, php: all }).filter(({ line }) => {
      const value = assigned.exec(line)?.[1] ?? "";
      // One word is a name, not a secret: "password", "access_token", "x-api-key".
      return (
        /[\d]|-\w+-|[a-z][A-Z]/.test(value) &&
        !placeholder.test(value) &&
        !/^[\w-]*(password|token|secret|key)[\w-]*$/i.test(value) &&
        !/[{}$]/.test(value)
      );
    });
  },
};

export const secretInAppToml: Rule = {
  code: "secret-in-app-toml",
  severity: "must",
  message: "a secret stands in [env]",
  why: "variables of [env] are shown to everybody who may see the service, and kept with each release",
  advice: "take it out of [env], and name it under [secrets] required",
  find: ({ spec, appToml }) =>
    Object.entries(spec.env).flatMap(([name, value]): readonly Hit[] => {
      if (appToml === undefined || value === "" || placeholder.test(value)) return [];
      const isSecret =
        looksSecret(name) || /:\/\/[^/\s:@]+:[^/\s@]+@/.test(value) || keys.some(([pattern]) => pattern.test(value));
      if (!isSecret) return [];
      const at = appToml.split(/\r?\n/).findIndex((line) => new RegExp(`^\\s*"?${name}"?\\s*=`).test(line));
      return [
        {
          message: `${name} stands in [env]`,
          place: {
            file: "app.toml",
            ...(at === -1 ? {} : { line: at + 1, column: 1, length: name.length, excerpt: `${name} = …` }),
          },
        },
      ];
    }),
};
