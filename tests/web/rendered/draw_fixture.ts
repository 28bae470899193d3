import { renderToString } from "../../../lib/web/deps/render_to_string.ts";
import { h, type VNode } from "../../../lib/web/draw/preact.ts";
import type {
  Socket,
  TimedCall,
  TimelineItem,
  WirePacket,
} from "../../../lib/web/draw/types.ts";

/** Renders a drawing as the server does. */
export function render<Props extends object>(
  component: (props: Props) => VNode | null,
  props: Props,
): string {
  return renderToString(
    h(component as (props: Props) => VNode, props) as VNode,
  );
}

/** The texts of a drawing's elements with a class, in order. */
export function textsOf(html: string, className: string): string[] {
  const open = new RegExp(
    `<(\\w+)[^>]*class="(?:[^"]* )?${className}(?: [^"]*)?"[^>]*>`,
    "g",
  );
  return [...html.matchAll(open)].map(({ 0: tag, 1: name, index }) => {
    const rest = html.slice(index + tag.length);
    const end = closing(rest, name);
    return rest.slice(0, end).replaceAll(/<[^>]*>/g, " ")
      .replaceAll("&quot;", '"').replaceAll("&lt;", "<")
      .replaceAll(/\s+/g, " ").trim();
  });
}

/** Where the element ends that's open at the beginning of some HTML. */
function closing(html: string, name: string): number {
  let depth = 1;
  for (const tag of html.matchAll(new RegExp(`<(/?)${name}\\b[^>]*>`, "g"))) {
    if (tag[0].endsWith("/>")) continue;
    depth += tag[1] === "/" ? -1 : 1;
    if (depth === 0) return tag.index;
  }
  return html.length;
}

/** The socket that connects, and the one that's accepted. */
export const CLIENT: Socket = {
  id: 2,
  descriptor: 22,
  kind: "tcp",
  role: "connecting",
  local: "127.0.0.1:40000",
  remote: "127.0.0.1:7000",
};
export const SERVER: Socket = {
  id: 3,
  descriptor: 23,
  kind: "tcp",
  role: "accepted",
  local: "127.0.0.1:7000",
  remote: "127.0.0.1:40000",
};

/** A system call at a time. */
export function call(
  atMs: number,
  socket: Socket,
  fields: Partial<TimedCall> & { name: string },
): TimelineItem {
  const call: TimedCall = {
    socket,
    given: "",
    returned: "0",
    housekeeping: false,
    tookMs: 0.01,
    ...fields,
  };
  return { atMs, step: 1, seen: "call", call };
}

/** A packet of TCP from one of the two sockets. */
export function packet(
  atMs: number,
  from: Socket,
  fields: Partial<WirePacket>,
): TimelineItem {
  const packet: WirePacket = {
    protocol: "tcp",
    source: from.local!,
    destination: from.remote!,
    bytes: 0,
    ...fields,
  };
  return { atMs, step: 1, seen: "packet", packet };
}

/** An event of the story. */
export function story(
  atMs: number,
  event: Extract<TimelineItem, { seen: "story" }>["event"],
): TimelineItem {
  return { atMs, step: 1, seen: "story", event };
}

/** A client sends ten bytes, and the server reads four of them. */
export const TEN_BYTES: TimelineItem[] = [
  story(0, { atMs: 0, kind: "step", number: 1, title: "A small buffer" }),
  call(0.1, CLIENT, {
    name: "sendto",
    given: "10 bytes",
    moves: "out",
    asked: 10,
    moved: 10,
    data: hex("ten bytes!"),
  }),
  packet(0.2, CLIENT, {
    flags: "PSH,ACK",
    relativeSequence: 1,
    relativeAcknowledgment: 1,
    bytes: 10,
    data: hex("ten bytes!"),
  }),
  packet(0.3, SERVER, {
    flags: "ACK",
    relativeSequence: 1,
    relativeAcknowledgment: 11,
  }),
  story(0.4, { atMs: 0.4, kind: "lanes", left: "client", right: "server" }),
  story(0.5, {
    atMs: 0.5,
    kind: "call",
    lane: "client",
    call: "write() took 10",
  }),
  call(0.6, SERVER, {
    name: "recvfrom",
    moves: "in",
    asked: 4,
    moved: 4,
    data: hex("ten "),
  }),
  story(0.7, {
    atMs: 0.7,
    kind: "call",
    lane: "server",
    call: "read() gave 4",
  }),
];

/** Text as hexadecimal digits. */
export function hex(text: string): string {
  return new TextEncoder().encode(text).toHex();
}
