/**
 * Reads what this browser keeps for the workbook.
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

/** Keeps a text in this browser; an empty one is forgotten. */
export function store(key: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // Then it lasts as long as the page.
  }
}
