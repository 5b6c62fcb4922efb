import { useEffect, useState } from "react";
import { Icon } from "./icon.tsx";
import "./copying.css";

/** Puts text on the clipboard; also where the page is not served over a secure origin. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

function useCopy(text: string): readonly [copied: boolean, copy: () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  return [
    copied,
    () => {
      copyText(text).then(
        () => setCopied(true),
        () => setCopied(false),
      );
    },
  ];
}

function Announce({ copied }: { readonly copied: boolean }) {
  return (
    <span className="unseen" aria-live="polite">
      {copied ? "Copied" : ""}
    </span>
  );
}

/** The command that does the same as the button beside it; a click copies it. */
export function Command({ text }: { readonly text: string }) {
  const [copied, copy] = useCopy(text);
  return (
    <>
      <button type="button" className="command" onClick={copy} title="Copy this command">
        <span className="command-text mono">{text}</span>
        <Icon name={copied ? "done" : "copy"} />
      </button>
      <Announce copied={copied} />
    </>
  );
}

/** An id: monospaced, shortened as in git, copied whole by a click. */
export function Identifier({ value, short }: { readonly value: string; readonly short?: number }) {
  const [copied, copy] = useCopy(value);
  return (
    <>
      <button
        type="button"
        className={`identifier mono${copied ? " copied" : ""}`}
        onClick={copy}
        title={copied ? "Copied" : `Copy ${value}`}
      >
        {short === undefined ? value : value.slice(0, short)}
      </button>
      <Announce copied={copied} />
    </>
  );
}

/** A release's name as every page shows it. */
export function ReleaseName({ name }: { readonly name: string }) {
  return <Identifier value={name} short={6} />;
}
