import { ReleaseName } from "./copying.tsx";
import { Icon } from "./icon.tsx";
import "./release-change.css";

/** `5b02aa → 7c41e0`; a first release comes from nothing, a removal goes to nothing. */
export function ReleaseChange({ from, to }: { readonly from: string | undefined; readonly to: string | undefined }) {
  return (
    <span className="release-change">
      {from === undefined ? <span className="quiet">new</span> : <ReleaseName name={from} />}
      <Icon name="arrow" />
      <span className="unseen">to</span>
      {to === undefined ? <span className="quiet">removed</span> : <ReleaseName name={to} />}
    </span>
  );
}
