/**
 * Reads a text that this browser keeps for the workbook.
 *
 * @param key The name.
 * @returns The text; empty if there's none.
 */
export function load(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return ""; // Storage may be turned off.
  }
}

/** Keeps a text in this browser. Removes it if it's empty. */
export function store(key: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // Without storage, the text lasts only as long as the page.
  }
}
