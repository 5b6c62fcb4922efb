import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemPanel } from "./problem-panel.tsx";
import { SkeletonBlocks } from "./skeleton.tsx";

/**
 * What is made of an answer. Until it comes its place is held by blocks of these heights; when it fails, why, and another try. An
 * answer that is there stays, whatever becomes of the next one.
 */
export function Answered<Data>({
  query: { data, error, refetch },
  label,
  heights,
  children,
}: {
  readonly query: Pick<UseQueryResult<Data>, "data" | "error" | "refetch">;
  readonly label: string;
  readonly heights: readonly number[];
  readonly children: (data: Data) => ReactNode;
}) {
  if (data !== undefined) return children(data);
  if (error !== null) return <ProblemPanel error={error} retry={() => void refetch()} />;
  return <SkeletonBlocks label={label} heights={heights} />;
}
