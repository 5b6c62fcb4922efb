import * as z from "zod/mini";
import type { Format } from "../formats/flaw.ts";
import { described, formatted } from "./described.ts";
import type { FieldInfo } from "./field-info.ts";

const dnsLabel = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;
const dnsLabelNeeds = 'lower-case letters, digits and "-", beginning with a letter, at most 40 characters';

/** A NUL cannot stand in a process's arguments or variables. */
export const noNul = /^[^\0]*$/;

/** Name of a service, environment, storage, ...: a DNS label (RFC 1035), short enough for what is put before and behind it. */
export function dnsLabelName(info: Omit<FieldInfo, "needs">, what = "") {
  return described(z.string().check(z.regex(dnsLabel)), {
    ...info,
    needs: `${what}${dnsLabelNeeds}`,
    pattern: dnsLabel.source,
  });
}

export const imageReference =
  /^(?=.{1,500}$)(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/**
 * An image's name as registries and runtimes take it: `[host[:port]/]path[:tag][@digest]`. The grammar is that of the OCI
 * distribution project (`reference` of github.com/distribution/reference), digests other than SHA-256 aside.
 */
export function imageName(info: Omit<FieldInfo, "needs">) {
  return described(z.string().check(z.regex(imageReference)), {
    ...info,
    needs: 'an image reference in quotes, such as "registry.example.com/team/app:1.2"',
  });
}

/** One line of text, shown to people. */
export function line(most: number, info: Omit<FieldInfo, "needs">) {
  return described(z.string().check(z.regex(new RegExp(`^[^\\u0000-\\u001f\\u007f-\\u009f]{1,${most}}$`))), {
    ...info,
    needs: `one line of text, at most ${most} characters`,
  });
}

const variable = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export function variableName(info: Omit<FieldInfo, "needs">) {
  return described(z.string().check(z.regex(variable)), {
    ...info,
    needs: 'a variable\'s name: letters, digits and "_", not beginning with a digit, at most 128 characters',
    pattern: variable.source,
  });
}

const word = described(z.string().check(z.regex(noNul)), {
  description: "One word",
  needs: "text",
  example: 'command = ["node", "server.js"]',
});

export function words(info: Omit<FieldInfo, "needs">) {
  return described(z.array(word).check(z.maxLength(1000)), { ...info, needs: "a list of words in quotes" });
}

/** A command: words, or a line that is split into words. */
export function commandLine(info: Omit<FieldInfo, "needs">) {
  return described(z.union([word, z.array(word).check(z.minLength(1), z.maxLength(1000))]), {
    ...info,
    needs: "a command in quotes, or a list of words",
  });
}

const urlPath = /^\/[!-~]{0,1000}$/;

export function pathOnHost(info: Omit<FieldInfo, "needs">) {
  return described(z.string().check(z.regex(urlPath)), {
    ...info,
    needs: 'a path that begins with "/"',
    pattern: urlPath.source,
  });
}

/** A list of texts of one format. */
export function listOf(format: Format, one: string, most: number, info: Omit<FieldInfo, "needs">) {
  const item = formatted(format, { ...info, needs: one });
  return described(z.array(item).check(z.maxLength(most)), { ...info, needs: `a list, each item ${one}` });
}
