/**
 * Draws what a lesson's run did: its events, its system calls and packets, and
 * the headers of each packet. Everything here is a pure component of Preact, so
 * that the server, the page, and the static build draw the same.
 *
 * | file              | what it does                                          |
 * | ----------------- | ----------------------------------------------------- |
 * | `types.ts`        | the data for the drawings                             |
 * | `preact.ts`       | the parts of Preact that the drawings use             |
 * | `metrics.ts`      | how wide text is, and how to break it                 |
 * | `shapes.tsx`      | the shapes that all drawings share                    |
 * | `figure.tsx`      | a drawing with its caption, and its content as text   |
 * | `lifelines.tsx`   | the vertical lines of sequence diagrams               |
 * | `hex_pane.tsx`    | bytes in hexadecimal, some of them highlighted        |
 * | `run/`            | a run from its events                                 |
 * | `timeline/`       | system calls and packets on five lifelines            |
 * | `packet/`         | a packet's headers, bit by bit                        |
 * | `windows/`        | sliding windows: acknowledged, in flight, to send     |
 * | `flow/`           | the packets of a capture, from end to end             |
 * | `draw.css`        | colors, in light and dark, and everything else's look |
 *
 * Layouts (`…_layout.ts`) are plain functions from data to places; components
 * (`….tsx`) only turn places into elements.
 *
 * @module
 */
export * from "./flow/flow_graph.tsx";
export * from "./packet/packet_details.tsx";
export type { Viewport } from "./selectable.tsx";
export type { DrawnPacket } from "./packet/packet_view.ts";
export * from "./run/run.tsx";
export * from "./timeline/timeline.tsx";
export * from "./types.ts";
export * from "./windows/windows.tsx";
