/** Turns a title into a sentence, with a capital letter and a period. */
export function sentence(title: string): string {
  return `${capital(title.replace(/[.:]$/, ""))}.`;
}

/** Makes the first letter a capital one. */
export function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
}
