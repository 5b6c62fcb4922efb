import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { searchServices } from "./index.ts";

const services = [
  { name: "pay", owner: "billing", description: "takes money", kind: "business" },
  { name: "payouts", owner: "billing", description: "gives money back", kind: "business" },
  { name: "shop-pay", owner: "shop", description: "the shop's way to money", kind: "frontend" },
  { name: "display", owner: "shop", description: "pages", kind: "frontend" },
  { name: "user", owner: undefined, description: "process user info, pays nothing", kind: "business" },
  { name: "cache", owner: "Platform", description: "Größe und Überblick", kind: "infrastructure" },
];
const found = (query: string) => searchServices(services, query).map((one) => one.name);

describe("search", () => {
  it("ranks the name itself, its beginning, a part of it, then the rest", () => {
    assert.deepEqual(found("pay"), ["pay", "payouts", "shop-pay", "user"]);
    assert.deepEqual(found("play"), ["display"]);
  });

  it("wants every word, in any field and order", () => {
    assert.deepEqual(found("money shop"), ["shop-pay"]);
    assert.deepEqual(found("frontend pages"), ["display"]);
    assert.deepEqual(found("pay absent"), []);
  });

  it("knows no difference of case, in any script", () => {
    assert.deepEqual(found("PLATFORM"), ["cache"]);
    assert.deepEqual(found("überBLICK"), ["cache"]);
  });

  it("gives everything, in its order, for nothing", () => {
    assert.deepEqual(
      found("  "),
      services.map((one) => one.name),
    );
  });

  it("takes signs literally", () => {
    assert.deepEqual(found(".*"), []);
    assert.deepEqual(found("(pay"), []);
  });

  it("orders equals by name", () => {
    assert.deepEqual(found("money"), ["pay", "payouts", "shop-pay"]);
  });
});
