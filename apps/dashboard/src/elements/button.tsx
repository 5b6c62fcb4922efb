import type { ComponentProps } from "react";
import "./button.css";

/** `main` is for the one thing that a view is about, `danger` for what interrupts a service. */
export function Button({
  look = "plain",
  className,
  ...rest
}: ComponentProps<"button"> & { readonly look?: "plain" | "main" | "danger" | "quiet" }) {
  return (
    <button type="button" className={`button ${look}${className === undefined ? "" : ` ${className}`}`} {...rest} />
  );
}
