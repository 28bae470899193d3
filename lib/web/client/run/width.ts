import type { RefObject } from "../../deps/preact.ts";
import { useEffect, useState } from "../../deps/hooks.ts";

/**
 * Measures how wide an element is, also after the window changes.
 *
 * @param element The element.
 * @returns Its width in pixels, without padding; 0 until it's known.
 */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) =>
      setWidth(Math.floor(contentRect.width))
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return width;
}
