import type { RefObject } from "../../deps/preact.ts";
import { useEffect, useState } from "../../deps/hooks.ts";

/** The part of a drawing that's in sight, in pixels from its top. */
export interface Viewport {
  top: number;
  height: number;
}

/** Scrolling less than this many pixels redraws nothing. */
const STEP = 100;

/**
 * Follows which part of a drawing is in sight, whichever element scrolls.
 *
 * @param element The element that contains the drawing.
 * @returns The part, rounded, so that not every pixel causes a redraw.
 */
export function useViewport(element: RefObject<HTMLElement | null>): Viewport {
  const [viewport, setViewport] = useState({ top: 0, height: 1000 });
  useEffect(() => {
    function measure() {
      // Take the last one: the first is the drawing's head.
      const drawing = [...element.current?.querySelectorAll("svg") ?? []].at(
        -1,
      );
      if (drawing === undefined) return;
      const top = Math.floor(-drawing.getBoundingClientRect().top / STEP) *
        STEP;
      const height = Math.ceil(innerHeight / STEP) * STEP;
      setViewport((before) =>
        before.top === top && before.height === height
          ? before
          : { top, height }
      );
    }
    measure();
    // Scrolling doesn't bubble, so this hears it on the way down.
    addEventListener("scroll", measure, { capture: true, passive: true });
    addEventListener("resize", measure);
    return () => {
      removeEventListener("scroll", measure, { capture: true });
      removeEventListener("resize", measure);
    };
  }, []);
  return viewport;
}
