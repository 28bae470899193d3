/** Headings of the README that failures name. */
export const READ = {
  upgrade: "The upgrade",
  frame: "A frame, bit by bit",
  fragments: "Fragments, and a ping between them",
  strict: "What a client may not send",
  masks: "Why clients mask",
  closing: "The closing handshake",
  buffered: "When the peer doesn't read",
} as const;
