import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { cut } from "./text.ts";

test("cut: as many columns as there are, whatever the colours", () => {
  assert.equal(cut("alpha ✓  beta ✓", 15), "alpha ✓  beta ✓");
  assert.equal(cut("alpha ✓  beta ✓", 10), "alpha ✓  …");
  const green = "\u001b[32m";
  const plain = "\u001b[39m";
  const styled = `alpha ${green}✓${plain}  beta ${green}✓${plain}`;
  assert.equal(cut(styled, 15), styled);
  const short = cut(styled, 7);
  assert.equal(stripVTControlCharacters(short), "alpha …");
  assert.ok(short.endsWith(plain), "nothing stays green");
});
