import type { ComponentChildren, VNode } from "./preact.ts";

/**
 * Shows a drawing with a caption that says what to look at, and the same
 * content as text, for readers who can't see the drawing.
 */
export function Figure({ kind, caption, text, children }: {
  /** The class that says what kind of drawing it is. */
  kind: string;
  caption: ComponentChildren;
  /** The content as text, one line for each thing that is drawn. */
  text: string[];
  children: ComponentChildren;
}): VNode {
  return (
    <figure class={`draw-figure draw-${kind}`}>
      {children}
      <figcaption>{caption}</figcaption>
      {text.length === 0 ? null : (
        <ol class="draw-hidden">
          {text.map((line, i) => <li key={i}>{line}</li>)}
        </ol>
      )}
    </figure>
  );
}

/** Shows the drawing itself. Screen readers get the text instead. */
export function Drawing({ width, height, children }: {
  width: number;
  height: number;
  children: ComponentChildren;
}): VNode {
  return (
    <svg
      class="draw-svg"
      width={width}
      height={Math.ceil(height)}
      viewBox={`0 0 ${width} ${Math.ceil(height)}`}
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}
