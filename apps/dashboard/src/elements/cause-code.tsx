import { Link } from "@tanstack/react-router";
import "./cause-code.css";

/** The code of a cause; it leads to what it means and what helps. */
export function CauseCode({ code }: { readonly code: string }) {
  return (
    <Link to="/causes/$code" params={{ code }} className="cause-code mono" title="What it means, and what helps">
      {code}
    </Link>
  );
}
