import type { ServiceSummary } from "@fairway/api";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useNarrow } from "../elements/media.ts";
import { Skeleton } from "../elements/skeleton.tsx";
import { ServiceRow } from "./service-row.tsx";
import type { ServicesSearch } from "./services-search.ts";
import "./services-table.css";

type Sort = NonNullable<ServicesSearch["sort"]>;

const columns: readonly { readonly name: string; readonly sort?: Sort }[] = [
  { name: "Health", sort: "health" },
  { name: "Service", sort: "name" },
  { name: "Owner" },
  { name: "Engine" },
  { name: "Clusters" },
  { name: "Last rollout", sort: "rollout" },
  { name: "Trouble" },
];

const rowHeight = 44;
const narrowRowHeight = 112;

/** A table of any length: only the rows on the screen exist. Arrow keys, Home and End go through it. */
export function ServicesTable({
  rows,
  sort,
  onSort,
  empty,
}: {
  readonly rows: readonly ServiceSummary[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly empty: ReactNode;
}) {
  const body = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const height = narrow ? narrowRowHeight : rowHeight;
  const [top, setTop] = useState(0);
  const [wanted, setWanted] = useState<number | undefined>(undefined);
  // What stands above may change its height at any time (filters that wrap, a narrower window).
  useLayoutEffect(() => {
    if (body.current !== null) setTop(Math.round(body.current.getBoundingClientRect().top + scrollY));
  });
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.name ?? index,
    overscan: 12,
    scrollMargin: top,
    scrollPaddingStart: 110,
    scrollPaddingEnd: 70,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured again when their height changes
  useLayoutEffect(() => {
    virtual.measure();
  }, [height, virtual]);

  // The row that a key leads to may not exist yet; it takes the focus when it does.
  useEffect(() => {
    if (wanted === undefined) return;
    const link = body.current?.querySelector<HTMLElement>(`[data-index="${wanted}"] a`);
    if (link === null || link === undefined) return;
    link.focus({ preventScroll: true });
    setWanted(undefined);
  });

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("[data-index]") : null;
    if (row === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = Number(row.dataset.index);
    const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || to < 0 || to >= rows.length) return;
    event.preventDefault();
    virtual.scrollToIndex(to);
    setWanted(to);
  };

  if (rows.length === 0) return <div className="services card">{empty}</div>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows stand at computed places, which table layout does not allow
    <div className="services card" role="table" aria-label="Services" aria-rowcount={rows.length + 1}>
      <Head sort={sort} onSort={onSort} />
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div
        ref={body}
        role="rowgroup"
        className="services-body"
        style={{ blockSize: virtual.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {virtual.getVirtualItems().map((item) => {
          const service = rows[item.index];
          return (
            service !== undefined && (
              <ServiceRow key={item.key} service={service} index={item.index} top={item.start - top} height={height} />
            )
          );
        })}
      </div>
    </div>
  );
}

function Head({ sort, onSort }: { readonly sort: Sort; readonly onSort: ((sort: Sort) => void) | undefined }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the table above
    <div role="rowgroup" className="services-head">
      {/* biome-ignore lint/a11y/useSemanticElements: part of the table above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: a row of headings is not interactive */}
      <div role="row" className="services-row" aria-rowindex={1}>
        {columns.map((column) => (
          // biome-ignore lint/a11y/useSemanticElements: part of the table above
          // biome-ignore lint/a11y/useFocusableInteractive: the button inside takes the focus
          <div key={column.name} role="columnheader" aria-sort={column.sort === sort ? "ascending" : undefined}>
            {column.sort === undefined || onSort === undefined ? (
              column.name
            ) : (
              <button
                type="button"
                className={column.sort === sort ? "sorted" : ""}
                onClick={() => column.sort !== undefined && onSort(column.sort)}
              >
                {column.name}
              </button>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The table before its rows are known. */
export function ServicesTableSkeleton() {
  return (
    <div className="services card" role="status" aria-label="Loading services">
      <div className="services-head" aria-hidden="true">
        <div className="services-row">
          {columns.map(({ name }) => (
            <div key={name}>{name}</div>
          ))}
        </div>
      </div>
      {[14, 9, 12, 16, 10, 13, 8, 15, 11, 9].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows have nothing but their place
        <div key={index} className="services-row services-skeleton" aria-hidden="true">
          <Skeleton width={8} />
          <Skeleton width={width} />
          <Skeleton width={7} />
          <Skeleton width={5} />
          <Skeleton width={22} />
          <Skeleton width={12} />
          <span />
        </div>
      ))}
    </div>
  );
}
