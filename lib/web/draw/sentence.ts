/** Makes a title a sentence: a capital letter first, and a period at the end. */
export function sentence(title: string): string {
  return `${title[0]?.toUpperCase() ?? ""}${title.slice(1)}.`;
}
