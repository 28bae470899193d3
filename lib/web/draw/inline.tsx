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
