import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "./button.tsx";
import { Command } from "./copying.tsx";
import { ProblemPanel } from "./problem-panel.tsx";
import "./dialog.css";

/** Asks once before something is done, and shows the command that does the same. */
export function Question({
  title,
  children,
  command,
  answer,
  danger,
  busy,
  error,
  onAnswer,
  onClose,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly command: string;
  /** Words of the button that does it. */
  readonly answer: string;
  readonly danger?: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onAnswer: () => void;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    cancel.current?.focus();
  }, []);
  return (
    <dialog ref={dialog} className="question" aria-labelledby={heading} onClose={onClose}>
      <h2 id={heading}>{title}</h2>
      <div className="question-text">{children}</div>
      <div className="question-command">
        <p className="quiet">The same on the command line</p>
        <Command text={command} />
      </div>
      {error !== undefined && error !== null && <ProblemPanel error={error} />}
      <div className="question-foot">
        <Button ref={cancel} onClick={() => dialog.current?.close()}>
          Cancel
        </Button>
        <Button look={danger === true ? "danger" : "main"} disabled={busy} onClick={onAnswer}>
          {answer}
        </Button>
      </div>
    </dialog>
  );
}
