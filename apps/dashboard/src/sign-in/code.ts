const path = "/sign-in";

/**
 * Takes a single-use code out of the address's fragment (`#code=...` or `#...`) and removes it from the address bar and the
 * history. Fragments are never sent to a server, so the code is in no log.
 */
export function takeSignInCode(): string | undefined {
  if (location.pathname !== path || location.hash.length < 2) return undefined;
  const fragment = location.hash.slice(1);
  history.replaceState(history.state, "", `${location.pathname}${location.search}`);
  const code = new URLSearchParams(fragment).get("code") ?? decodeURIComponent(fragment);
  return code === "" ? undefined : code;
}
