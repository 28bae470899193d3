import { Island, type Page } from "./layout.tsx";

/** Makes the page that shows a capture. */
export function packetsPage(): Page {
  return {
    title: "Packets · Socket Workbook",
    kind: "wide",
    path: "packets",
    body: (
      <main id="main" class="packets-page">
        <h1>Packets</h1>
        <p>
          Drop in a capture to see its conversations and each packet's headers.
          Your browser reads the file itself: nothing leaves this machine.
        </p>
        <Island name="packets">
          <noscript>Reading a capture needs JavaScript.</noscript>
        </Island>
      </main>
    ),
  };
}
