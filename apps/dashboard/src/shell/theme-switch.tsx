import { Icon } from "../elements/icon.tsx";
import { type Theme, useTheme } from "./theme.ts";

const next: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const icons = { system: "system", light: "sun", dark: "moon" } as const;

export function ThemeSwitch() {
  const [theme, choose] = useTheme();
  const label = `Theme: ${theme}. Change to ${next[theme]}`;
  return (
    <button type="button" className="top-button" aria-label={label} title={label} onClick={() => choose(next[theme])}>
      <Icon name={icons[theme]} />
    </button>
  );
}
