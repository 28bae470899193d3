/**
 * The output of lessons.
 *
 * A lesson reports everything that happens to a {@linkcode Narrator}, which
 * turns it into a series of {@linkcode ShowEvent}s. A {@linkcode Printer}
 * prints them, with sequence diagrams ({@linkcode drawLanes}), hex dumps
 * ({@linkcode hexDump}), bars ({@linkcode drawBars}), tables
 * ({@linkcode drawTable}), the headers of packets ({@linkcode drawHeaders}),
 * and the segments of a connection ({@linkcode SegmentDiagram}).
 *
 * @module
 */
export * from "./application_words.ts";
export * from "./bars.ts";
export * from "./conversation_summary.ts";
export * from "./counted.ts";
export * from "./elapsed.ts";
export * from "./datagram_diagram.ts";
export * from "./escape_controls.ts";
export * from "./events.ts";
export * from "./header_box.ts";
export * from "./hex_dump.ts";
export * from "./lanes.ts";
export * from "./markdown.ts";
export * from "./narrator.ts";
export * from "./packet_line.ts";
export * from "./printer.ts";
export * from "./segment_diagram.ts";
export * from "./table.ts";
export * from "./terminal.ts";
export * from "./text.ts";
export * from "./tls_words.ts";
export * from "./websocket_words.ts";
