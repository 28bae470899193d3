import type { VNode } from "./preact.ts";

/** Shows a sentence of a lesson, with `` `code` `` marked as in its reading. */
export function Inline({ text }: { text: string }): VNode {
  const parts = text.split(/`([^`]+)`/);
  return (
    <>
      {parts.map((part, i) => i % 2 === 1 ? <code key={i}>{part}</code> : part)}
    </>
  );
}

/**
 * Shows a text, and doesn't break its words with hyphens, such as FIN-WAIT-1.
 */
export function Unbroken({ text }: { text: string }): VNode {
  return (
    <>
      {text.split(/([A-Z]+(?:-[A-Z\d]+)+)/).map((part, i) =>
        i % 2 === 1 ? <span key={i} class="draw-word">{part}</span> : part
      )}
    </>
  );
}
