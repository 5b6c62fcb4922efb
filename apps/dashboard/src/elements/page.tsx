import { type ReactNode, useEffect } from "react";
import "./page.css";

/** Title of the browser's tab while the page is open. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Fairway`;
  }, [title]);
}

/** Heading of a page: what it is at the left, what can be done at the right. */
export function PageHead({
  title,
  above,
  beside,
  children,
  actions,
}: {
  readonly title: ReactNode;
  readonly above?: ReactNode;
  readonly beside?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <header className="page-head">
      <div className="page-head-text">
        {above !== undefined && <div className="page-above">{above}</div>}
        <div className="page-title">
          <h1>{title}</h1>
          {beside}
        </div>
        {children}
      </div>
      {actions !== undefined && <div className="page-actions">{actions}</div>}
    </header>
  );
}

/** A part of a page with its heading. */
export function Section({
  title,
  beside,
  children,
  className,
}: {
  readonly title: string;
  readonly beside?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <section className={`section${className === undefined ? "" : ` ${className}`}`}>
      <div className="section-head">
        <h2>{title}</h2>
        {beside}
      </div>
      {children}
    </section>
  );
}

/** Nothing is here, and that is fine. */
export function Nothing({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="nothing">
      <p className="nothing-title">{title}</p>
      {children}
    </div>
  );
}
