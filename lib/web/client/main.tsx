/**
 * Runs in the browser. The server has rendered the page, and this makes its
 * interactive parts come alive, each in its place on the page.
 *
 * @module
 */
import type { ComponentChild } from "../deps/preact.ts";
import { hydrate, render } from "../deps/preact.ts";
import { Example } from "../parts/example.tsx";
import type { ExampleResult } from "../protocol.ts";
import { showConnection } from "./connection_note.ts";
import { followDots, LiveExercise } from "./exercises.tsx";
import { bindMenu } from "./menu.ts";
import { IS_LIVE } from "./page.ts";
import { PacketsPage } from "./packets/packets_page.tsx";
import { bindPredictionFields } from "./predictions.ts";
import { RunPane } from "./run/run_pane.tsx";
import { Search } from "./search.tsx";
import { post } from "./server.ts";
import { Symptoms } from "./symptoms.tsx";
import { Theme } from "./theme.tsx";

// deno-lint-ignore no-explicit-any -- Each part knows its own data.
type Data = any;

/** The parts by their names on the page. */
const parts: Record<string, (data: Data) => ComponentChild> = {
  search: () => <Search />,
  theme: () => <Theme />,
  run: (data) => <RunPane {...data} />,
  symptoms: () => <Symptoms />,
  packets: () => <PacketsPage />,
  exercise: (data) => <LiveExercise {...data} />,
  example: ({ lesson, number }) => (
    <Example
      {...{ lesson, number }}
      run={() =>
        post("api/example", { lesson, number }) as Promise<ExampleResult>}
    />
  ),
};

for (const place of document.querySelectorAll<HTMLElement>("[data-island]")) {
  const { island = "", props } = place.dataset;
  const part = parts[island];
  if (part === undefined) continue;
  const content = part(props === undefined ? undefined : JSON.parse(props));
  // Keep the elements that the server has rendered, and make them interactive.
  const isRendered = place.firstElementChild !== null &&
    place.firstElementChild.tagName !== "NOSCRIPT";
  if (isRendered) hydrate(content, place);
  else {
    place.replaceChildren();
    render(content, place);
  }
}

bindMenu();
bindPredictionFields();
if (IS_LIVE) {
  followDots();
  showConnection();
}
