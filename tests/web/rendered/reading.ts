import { assertEquals, assertStringIncludes } from "@std/assert";
import { lessons } from "../../../lessons/mod.ts";
import { siteLink } from "../../../lib/web/reading/links.ts";
import { renderReading } from "../../../lib/web/reading/reading.ts";
import type { Site } from "../../../lib/web/site.ts";

const site: Site = { lessons, base: "/", token: "t", states: new Map() };
const from = "lessons/03_echo/README.md";
const render = (markdown: string) => renderReading(markdown, { site, from });

Deno.test("raw HTML in a reading is shown as text", () => {
  const markdown = 'A <b onclick="x()">word</b>\n\n<script>x()</script>\n';
  const { html } = render(markdown);
  assertStringIncludes(html, "&lt;script&gt;");
  assertStringIncludes(html, "&lt;b onclick=&quot;x()&quot;&gt;");
});

/** Links in lesson 3's README, and where they lead in the site. */
const LINKS = [
  ["#the-end-is-null", "#the-end-is-null"],
  ["../04_byte_stream/README.md", "/lessons/04-byte-stream"],
  ["../04_byte_stream/README.md#remember", "/lessons/04-byte-stream#remember"],
  ["../04_byte_stream/", "/lessons/04-byte-stream"],
  ["./exercise.ts", "/files/lessons/03_echo/exercise.ts"],
  ["../../lib/net/write.ts", "/files/lib/net/write.ts"],
  ["../GLOSSARY.md#socket", "/glossary#socket"],
  ["./solution.ts", "#"],
  ["../99_missing/README.md", "#"],
  ["../../deno.json", "#"],
  ["https://deno.com", "https://deno.com"],
  ["javascript:x()", "#"],
  ["data:text/html,x", "#"],
];

Deno.test("links between files become links between pages", () => {
  for (const [href, target] of LINKS) {
    assertEquals(siteLink(href, { from, site }), target, href);
  }
});

Deno.test("on a static host, a page is a folder, and the exercises are the placeholders", () => {
  const fixed: Site = { lessons, base: "/wb/", states: new Map() };
  assertEquals(
    ["../04_byte_stream/README.md#remember", "./exercise.ts"].map((href) =>
      siteLink(href, { from, site: fixed })
    ),
    [
      "/wb/lessons/04-byte-stream/#remember",
      "/wb/files/lessons/03_echo/placeholder.ts/",
    ],
  );
});

Deno.test("each heading has the anchor that a code host gives it", () => {
  const { html, sections } = render("# Title\n\n## The end is `null`\n");
  assertEquals(sections, [{
    title: "The end is `null`",
    slug: "the-end-is-null",
  }]);
  assertStringIncludes(html, 'id="the-end-is-null"');
});
