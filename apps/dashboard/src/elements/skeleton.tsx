import "./skeleton.css";

/** A place for text that is still on its way, `width` in characters. */
export function Skeleton({ width }: { readonly width: number }) {
  return <span className="skeleton" style={{ inlineSize: `${width}ch` }} />;
}

/** Blocks in the size of what will stand there, named for screen readers. */
export function SkeletonBlocks({ label, heights }: { readonly label: string; readonly heights: readonly number[] }) {
  return (
    <div className="skeleton-blocks" role="status" aria-label={label}>
      {heights.map((height, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks have nothing but their place
        <div key={index} className="skeleton-block card" style={{ blockSize: height }}>
          <Skeleton width={18} />
          <Skeleton width={32} />
        </div>
      ))}
    </div>
  );
}
