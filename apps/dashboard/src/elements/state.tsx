import { Mark } from "./mark.tsx";
import type { Appearance } from "./states.ts";

/** Shape, word and colour of a state. `pill` gives it a ground of its own, for page heads. */
export function State({ of, pill }: { readonly of: Appearance; readonly pill?: boolean }) {
  return (
    <span className={`state tone-${of.tone}${pill === true ? " pill" : ""}`}>
      <Mark shape={of.shape} tone={of.tone} />
      {of.word}
    </span>
  );
}
