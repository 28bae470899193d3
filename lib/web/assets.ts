import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../workbook/checker/catalog.ts";
import { bundleClient } from "./bundle.ts";

/** The folders with style sheets, in order. */
const STYLES = ["lib/web/style", "lib/web/draw"];

/** A file that pages load. */
export interface Asset {
  /** Its media type. */
  type: string;
  /** Its content. */
  body: string | Uint8Array<ArrayBuffer>;
}

/** The files that pages load, by name. */
export const assets: Record<string, () => Promise<Asset>> = {
  "client.js": async () => ({
    type: "text/javascript; charset=utf-8",
    body: (await bundleClient()).code,
  }),
  "theme.js": async () => ({
    type: "text/javascript; charset=utf-8",
    body: await Deno.readTextFile(join(ROOT, "lib/web/client/theme_first.js")),
  }),
  "style.css": async () => ({
    type: "text/css; charset=utf-8",
    body: await styleSheet(),
  }),
  "example.pcap": async () => ({
    type: "application/vnd.tcpdump.pcap",
    body: await Deno.readFile(join(ROOT, "lib/web/pages/example.pcap")),
  }),
  "icon.svg": () => Promise.resolve({ type: "image/svg+xml", body: ICON }),
};

/** The icon: two ends, and the data between them. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect x="3" y="5" width="5" height="22" rx="2" fill="#1d4ed8"/>
<rect x="24" y="5" width="5" height="22" rx="2" fill="#c2410c"/>
<path d="M10 11h9l-3-3M22 21h-9l3 3" fill="none" stroke="#0f766e"
 stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

/** Joins the style sheets, so that a page needs only one request for them. */
async function styleSheet(): Promise<string> {
  const sheets: string[] = [];
  for (const folder of STYLES.map((path) => join(ROOT, path))) {
    if (!existsSync(folder)) continue;
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
      .filter((name) => name.endsWith(".css")).sort();
    for (const name of names) {
      sheets.push(await Deno.readTextFile(join(folder, name)));
    }
  }
  return sheets.join("\n");
}
