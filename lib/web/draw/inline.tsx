import type { VNode } from "./preact.ts";

/** A sentence of a lesson, in which `` `code` `` is marked as in its reading. */
export function Inline({ text }: { text: string }): VNode {
  const parts = text.split(/`([^`]+)`/);
  return (
    <>
      {parts.map((part, i) => i % 2 === 1 ? <code key={i}>{part}</code> : part)}
    </>
  );
}

/** Words of which those with hyphens, such as FIN-WAIT-1, aren't broken. */
export function Unbroken({ text }: { text: string }): VNode {
  return (
    <>
      {text.split(/([A-Z]+(?:-[A-Z\d]+)+)/).map((part, i) =>
        i % 2 === 1 ? <span key={i} class="draw-word">{part}</span> : part
      )}
    </>
  );
}
