/** Makes a title a sentence: a capital letter first, and a period at the end. */
export function sentence(title: string): string {
  return `${capital(title.replace(/[.:]$/, ""))}.`;
}

/** Makes the first letter a capital one. */
export function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
}
