import type { ReactNode } from "react";

/** One line of `<dl className="facts">`: what is known of a thing, by its name. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
