import type { Adoptions } from "@fairway/catalog";
import type { Engine } from "@fairway/rollout";
import { Refusal } from "../http/refusal.ts";
import { openAdoption } from "./open-adoption.ts";

/**
 * The engine for everybody but the adoption itself: while a service is on its way its rollouts are the adoption's, and until a
 * person has decided it is not removed.
 */
export function refuseWhileAdopted(
  engine: Pick<Engine, "submit">,
  adoptions: Pick<Adoptions<unknown>, "open">,
): Pick<Engine, "submit"> {
  return {
    async submit(header, key) {
      const { service, kind } = header;
      const open = await openAdoption(adoptions, header);
      if (open === undefined) return engine.submit(header, key);
      if (open.state === "moved" && kind !== "removal" && kind !== "membership") return engine.submit(header, key);
      throw new Refusal({
        status: 409,
        code: "adoption-active",
        title: `${service} is being adopted: ${open.state}`,
        hint:
          open.state === "moved"
            ? `decide first: fairway adopt confirm ${service}, or fairway adopt undo ${service}`
            : `wait until it has moved: fairway adopt status ${service}`,
      });
    },
  };
}
