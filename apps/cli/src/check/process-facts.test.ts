import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointOf } from "./process-facts.ts";

test("addresses as /proc/net/tcp and tcp6 write them", () => {
  const written: readonly (readonly [string, string, number])[] = [
    ["0100007F:1F90", "127.0.0.1", 8080],
    ["00000000:0050", "0.0.0.0", 80],
    ["00000000000000000000000000000000:0BB8", "::", 3000],
    ["00000000000000000000000001000000:0BB8", "::1", 3000],
    ["0000000000000000FFFF00000100007F:1538", "127.0.0.1", 5432],
    ["B80D0120000000000000000001000000:01BB", "2001:db8::1", 443],
  ];
  for (const [text, address, port] of written) assert.deepEqual(endpointOf(text), { address, port }, text);
});
