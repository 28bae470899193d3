import { assertEquals } from "@std/assert";
import {
  explanationOf,
  GLOSSARY,
  glossaryRows,
  namesOf,
  sectionsOfCourse,
} from "./glossary.ts";

/** The terms that every reader of the course must be able to look up. */
const TERMS = [
  ...["three-way handshake", "four-way close", "blocking", "non-blocking"],
  ...["file descriptor", "socket()", "bind()", "listen()", "accept()"],
  ...["connect()", "send()", "recv()", "sendto()", "recvfrom()", "close()"],
  ...["stream socket", "SOCK_STREAM", "datagram socket", "SOCK_DGRAM"],
  ...["connection-oriented", "connectionless", "circuit switching"],
  ...["packet switching", "segment", "padding", "urgent pointer"],
  ...["inter-process communication", "IPC", "thread per connection"],
  ...["MTU", "MSS", "hop", "router", "NAT", "encapsulation", "OSI layer"],
  ...["flow control", "congestion control", "receive window", "zero window"],
  ...["window scaling", "slow start", "congestion avoidance", "ssthresh"],
  ...["fast retransmit", "duplicate ACK", "delayed ACK", "Nagle's algorithm"],
  ...["backlog", "half-close", "graceful close", "keep-alive"],
  ...["head-of-line blocking", "backpressure", "framing", "delimiter"],
  ...["length prefix", "big-endian", "network byte order"],
  ...["ephemeral port", "wildcard address", "dual stack"],
  ...["connected UDP socket", "TTL", "checksum", "payload"],
];

/** Terms that no lesson has in bold yet; their links are chosen by hand. */
const NOT_IN_BOLD = [
  ...["ssthresh"],
];

const rows = glossaryRows(Deno.readTextFileSync(GLOSSARY));
const sections = sectionsOfCourse();

Deno.test("the glossary has each term that readers must be able to look up", () => {
  const names = new Set(rows.flatMap(({ term }) => namesOf(term)));
  assertEquals(TERMS.filter((term) => !names.has(namesOf(term)[0])), []);
});

Deno.test("the glossary has each term once, in alphabetical order", () => {
  const terms = rows.map(({ term }) => term.replaceAll("`", "").toLowerCase());
  const inOrder = [...new Set(terms)].sort((a, b) => a.localeCompare(b, "en"));
  assertEquals(terms, inOrder);
});

Deno.test("each link of the glossary leads to a heading that exists", () => {
  const links = new Set(sections.map(({ link }) => link));
  assertEquals(rows.filter(({ link }) => !links.has(link)), []);
});

Deno.test("each term of the glossary is linked to the first section that has it in bold", () => {
  const found = rows.map(({ term, link }) => {
    const section = explanationOf(sections, term);
    return { term, link: NOT_IN_BOLD.includes(term) ? link : section?.link };
  });
  assertEquals(
    rows,
    found,
    "correct the links: deno run -A tests/workbook/write_glossary.ts",
  );
});

Deno.test("the terms that no lesson has in bold are named as such", () => {
  const found = NOT_IN_BOLD.filter((term) => explanationOf(sections, term));
  assertEquals(found, [], "remove these from NOT_IN_BOLD");
});
