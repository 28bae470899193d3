import { useState } from "../deps/hooks.ts";
import { load, store } from "./storage.ts";

const THEMES = ["auto", "light", "dark"];

/** Lets the reader choose the theme; `auto` is the system's. */
export function Theme() {
  const [theme, setTheme] = useState(load("theme") || "auto");
  function choose(chosen: string) {
    setTheme(chosen);
    const isAuto = chosen === "auto";
    store("theme", isAuto ? "" : chosen);
    if (isAuto) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  }
  return (
    <select
      class="theme"
      aria-label="Theme"
      value={theme}
      onChange={({ currentTarget }) => choose(currentTarget.value)}
    >
      {THEMES.map((name) => <option key={name} value={name}>{name}</option>)}
    </select>
  );
}
