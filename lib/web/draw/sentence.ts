/** Makes a title a sentence: a capital letter first, and a period at the end. */
export function sentence(title: string): string {
  const words = title.replace(/[.:]$/, "");
  return `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}.`;
}
