import { render } from "../../deps/preact.ts";
import { useRef } from "../../deps/hooks.ts";
import type { ShowEvent } from "../../../show/events.ts";
import { Run, Timeline } from "../../draw/mod.ts";
import type { TimelineItem } from "../../../xray/timeline.ts";
import { useWidth } from "../run/width.ts";
import { headerIn, pictureIn, picturesOf } from "./match.ts";
import { xrayIn } from "./match_xray.ts";

/**
 * Draws a run's pictures in the reading, in place of the pictures made of
 * characters, which show another run.
 *
 * @param events The run.
 * @param whose Whose run it is: `your run`.
 */
export function drawInReading(events: ShowEvent[], whose: string): void {
  let pictures = picturesOf(events);
  const blocks = document.querySelectorAll<HTMLElement>("article pre.text");
  for (const block of blocks) {
    const text = block.textContent ?? "";
    const header = headerIn(text, events);
    if (header !== undefined) {
      // The reading goes on with the numbers of its own, so it stays.
      render(<Drawn events={[header]} whose={whose} />, placeAfter(block));
      continue;
    }
    const picture = pictureIn(text, pictures);
    if (picture === undefined) continue;
    pictures = pictures.filter((other) => other !== picture);
    render(
      <Drawn events={picture.events} whose={whose} />,
      placeBefore(block),
    );
    block.hidden = true;
  }
}

/**
 * Draws parts of an X-rayed run in the reading, in place of the lines of
 * another run.
 *
 * @param items The run.
 * @param whose Whose run it is: `your run`.
 */
export function drawXrayInReading(items: TimelineItem[], whose: string): void {
  // The names of the programs and their addresses come from the whole run.
  const names = items.filter(isName);
  const blocks = document.querySelectorAll<HTMLElement>("article pre.text");
  for (const block of blocks) {
    const part = xrayIn(block.textContent ?? "", items);
    if (part === undefined) continue;
    const shown = [
      ...names.filter((item) =>
        !part.includes(item) && item.step <= part[0].step
      ),
      ...part,
    ];
    render(<DrawnXray items={shown} whose={whose} />, placeBefore(block));
    block.hidden = true;
  }
}

function isName(item: TimelineItem): boolean {
  return item.seen === "story" &&
    (item.event.kind === "lanes" || item.event.kind === "endpoint");
}

/** Returns the place for a picture. After the next run, it's the same one. */
function placeBefore(block: HTMLElement): HTMLElement {
  const before = block.previousElementSibling;
  if (before instanceof HTMLElement && before.classList.contains("drawn")) {
    return before;
  }
  const place = document.createElement("div");
  place.className = "drawn";
  block.before(place);
  return place;
}

/** The same below the text. */
function placeAfter(block: HTMLElement): HTMLElement {
  const after = block.nextElementSibling;
  if (after instanceof HTMLElement && after.classList.contains("drawn")) {
    return after;
  }
  const place = document.createElement("div");
  place.className = "drawn";
  block.after(place);
  return place;
}

function Drawn({ events, whose }: { events: ShowEvent[]; whose: string }) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  return (
    <div ref={place}>
      <p class="label">From {whose}</p>
      {width > 0 && <Run events={events} width={width} />}
    </div>
  );
}

function DrawnXray({ items, whose }: { items: TimelineItem[]; whose: string }) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  return (
    <div ref={place}>
      <p class="label">From {whose}, under X-ray</p>
      {width > 0 && <Timeline items={items} width={width} />}
    </div>
  );
}
