import assert from "node:assert/strict";
import { test } from "node:test";
import { cidrFlaw, externalUrlFlaw, hostPortFlaw, httpUrlFlaw, publicHostFlaw } from "./address.ts";
import { cronScheduleFlaw } from "./cron-schedule.ts";
import { durationIn, durationText, milliseconds } from "./duration.ts";
import type { Format } from "./flaw.ts";
import { jsonPointerFlaw } from "./json-pointer.ts";
import { cpuFlaw, memoryFlaw } from "./quantity.ts";

interface Cases {
  readonly format: Format;
  readonly taken: readonly string[];
  /** The text, what of it is marked, and a part of the words. */
  readonly refused: readonly (readonly [text: string, marked: string, words: RegExp])[];
}

const cases: Readonly<Record<string, Cases>> = {
  "cron schedules, as robfig/cron v3 takes them": {
    format: cronScheduleFlaw,
    taken: [
      ...["* * * * *", "0 3 * * *", "*/5 0-23/2 1,15 JAN-mar,12 sun", "59 23 31 12 6", "? ? ? ? ?", "5/15 * * * *"],
      ...["0 0 31 1,2 *", "0 0 30 2 mon", "0 0 29 2 *", "  0   3 * * *  ", "0-0 * * * MON-fri", "00 03 * * *"],
      ...[
        "@hourly",
        "@daily",
        "@midnight",
        "@weekly",
        "@monthly",
        "@yearly",
        "@annually",
        "@every 1h30m",
        "@every 90s",
      ],
    ],
    refused: [
      ["", "", /it has 0 fields instead of 5/],
      ["0 3 * *", "0 3 * *", /it has 4 fields instead of 5/],
      ["0 0 3 * * *", "0 0 3 * * *", /it has 6 fields instead of 5.*seconds are not told/],
      ["0 25 * * *", "25", /no hour 25 \(0 to 23\)/],
      ["60 3 * * *", "60", /no minute 60/],
      ["0 3 0 * *", "0", /no day of the month 0/],
      ["0 3 * 13 *", "13", /no month 13 \(1 to 12, or jan to dec\)/],
      ["0 3 * * 7", "7", /no day of the week 7 .*Sunday is 0/],
      ["0 3 * * mond", "mond", /no day of the week mond/],
      ["*/0 * * * *", "*/0", /a step is a whole number from 1/],
      ["9-5 * * * *", "9-5", /runs backwards: 5-9/],
      ["0 3 * * fri-mon", "fri-mon", /runs backwards/],
      ["1,,2 * * * *", "1,,2", /the minute is missing/],
      ["1-2-3 * * * *", "1-2-3", /too many parts/],
      ["0 0 31 feb,apr *", "0 0 31 feb,apr *", /never comes/],
      ["TZ=Europe/Berlin 0 3 * * *", "TZ=Europe/Berlin 0 3 * * *", /UTC/],
      ["CRON_TZ=UTC 0 3 * * *", "CRON_TZ=UTC 0 3 * * *", /UTC/],
      ["@dayly", "@dayly", /there is no @dayly/],
      ["@every day", "@every day", /@every needs hours/],
      ["@reboot", "@reboot", /there is no @reboot/],
    ],
  },
  "CPU quantities": {
    format: cpuFlaw,
    taken: ["1m", "250m", "0.5", "2", "1.25", "128"],
    refused: [
      ["", "", /cores are written/],
      ["1Gi", "1Gi", /cores are written/],
      ["2 cores", "2 cores", /cores are written/],
      ["250", "250", /250 whole cores.*250m/],
      ["0", "0", /least is 1m/],
      ["-1", "-1", /cores are written/],
    ],
  },
  "memory quantities": {
    format: memoryFlaw,
    taken: ["1Mi", "256Mi", "1Gi", "1.5Gi", "512M", "1G", "4Ti", "268435456"],
    refused: [
      ["256", "256", /256 bytes.*256Mi/],
      ["256m", "256m", /thousandths of a byte.*256Mi/],
      ["256MB", "256MB", /did you mean 256Mi/],
      ["1gb", "1gb", /did you mean 1Gi/],
      ["much", "much", /memory is written/],
      ["5Ti", "5Ti", /limit is 4Ti/],
    ],
  },
  "public hosts": {
    format: publicHostFlaw,
    taken: ["shop.example.com", "a.b", "xn--bcher-kva.example", "*.example.com", "shop.localhost", "1a.example"],
    refused: [
      ["https://shop.example.com", "https://", /without https/],
      ["shop.example.com/x", "/x", /stands in "path"/],
      ["shop.example.com:8080", ":8080", /without a port/],
      ["Shop.example.com", "Shop.example.com", /lower case: shop.example.com/],
      ["\tShop.example.com", "\tShop.example.com", /letters, digits/],
      ["shop", "shop", /at least one dot/],
      ["10.0.0.1", "10.0.0.1", /not a name/],
      ["a_b.example.com", "a_b.example.com", /letters, digits/],
      ["*.*.example.com", "*.*.example.com", /letters, digits/],
      [`${"a".repeat(64)}.example.com`, `${"a".repeat(64)}.example.com`, /letters, digits/],
      ["", "", /letters, digits/],
    ],
  },
  "hosts with ports": {
    format: hostPortFlaw,
    taken: ["db.example.com:5432", "db:1", "10.0.0.5:65535", "[fd00::1]:5432"],
    refused: [
      ["db.example.com", "db.example.com", /port is missing/],
      ["db.example.com:0", "0", /from 1 to 65535/],
      ["db.example.com:65536", "65536", /from 1 to 65535/],
      ["postgres://db:5432", "postgres://db:5432", /without a scheme/],
      ["d b:5432", "d b", /no host/],
      [":5432", ":", /no host/],
      ["300.1.1.1:80", "300.1.1.1", /no host/],
    ],
  },
  "address ranges": {
    format: cidrFlaw,
    taken: [
      "10.20.0.0/16",
      "10.20.0.0/16:5432",
      "0.0.0.0/0",
      "10.1.2.3/32",
      "fd00::/8",
      "::/0",
      "[fd00::/8]:443",
      "2001:db8::1/128",
    ],
    refused: [
      ["10.20.0.1/16", "10.20.0.1/16", /the range is 10.20.0.0\/16/],
      ["10.20.0.0", "10.20.0.0", /mask is missing; for one address: 10.20.0.0\/32/],
      ["10.20.0.0/33", "10.20.0.0/33", /from 0 to 32/],
      ["fd00::1/8", "fd00::1/8", /the range is fd00:0:0:0:0:0:0:0\/8/],
      ["fd00::/129", "fd00::/129", /from 0 to 128/],
      ["10.20.0/16", "10.20.0/16", /an address and a mask/],
      ["10.020.0.0/16", "10.020.0.0/16", /an address and a mask/],
      ["10.20.0.0/16:99999", "99999", /from 1 to 65535/],
      ["1::2::3/64", "1::2::3/64", /an address and a mask/],
      ["a:b/64", "a:b/64", /an address and a mask/],
    ],
  },
  addresses: {
    format: httpUrlFlaw,
    taken: [
      "http://a",
      "https://wiki.example.com/a/b?c=d#e",
      "https://[::1]:8080/",
      "http://10.0.0.1:80",
      "https://a/%20",
    ],
    refused: [
      ["wiki.example.com", "wiki.example.com", /begins with http/],
      ["ftp://a", "ftp://a", /begins with http/],
      ["https://user:word@a", "https://user:word@a", /secrets/],
      ["https:///x", "https:///x", /host is missing/],
      ["https://a/b c", " ", /written as %XX/],
      ["https://a:99999/", "99999", /from 1 to 65535/],
      ["https://a\n", "https://a\n", /host is missing/],
    ],
  },
  "addresses outside": {
    format: externalUrlFlaw,
    taken: ["https://pay.example.com", "http://pay.example.com:8080/v2"],
    refused: [
      ["https://pay.example.com?key=1", "?key=1", /follows the path/],
      ["https://pay.example.com/#x", "#x", /follows the path/],
      ["pay.example.com", "pay.example.com", /begins with http/],
    ],
  },
  "JSON pointers": {
    format: jsonPointerFlaw,
    taken: ["/", "/spec/replicas", "/a~1b/~0c", "/spec/containers/-"],
    refused: [
      ["", "", /whole object/],
      ["spec.replicas", "spec.replicas", /did you mean \/spec\/replicas/],
      ["$.spec", "$.spec", /did you mean \/spec/],
      ["/a~b", "~", /~0/],
    ],
  },
};

for (const [name, { format, taken, refused }] of Object.entries(cases)) {
  test(name, () => {
    for (const text of taken) assert.equal(format(text), undefined, text);
    for (const [text, marked, words] of refused) {
      const flaw = format(text);
      assert.match(flaw?.reason ?? "nothing", words, text);
      assert.equal(text.slice(...(flaw?.at ?? [0])), marked, text);
    }
  });
}

test("durations", () => {
  assert.deepEqual(
    ["500ms", "2m", "1h30m", "1d2h3m4s5ms", "0s", "90s"].map(milliseconds),
    [500, 120_000, 5_400_000, 93_784_005, 0, 90_000],
  );
  for (const text of ["", "5", "m", "1.5h", "30m1h", "1s1s", "-1s", "1 s", "1S", "5min", "1000000000000s"])
    assert.equal(milliseconds(text), undefined, text);
  assert.deepEqual(
    [durationIn("s", 5), durationIn("s", "2m"), durationIn("d", "12h"), durationIn("ms", "x")],
    [5, 120, 0.5, undefined],
  );
  for (const seconds of [0, 1, 59, 60, 3600, 90_061])
    assert.equal(durationIn("s", durationText("s", seconds)), seconds);
});
