import { watchConnection } from "./server.ts";

/** Says at the bottom of the page when the server is gone, until it's back. */
export function showConnection(): void {
  const note = document.createElement("p");
  note.className = "connection";
  note.setAttribute("role", "status");
  document.body.append(note);
  watchConnection((isThere) => {
    note.textContent = isThere
      ? ""
      : "The server has stopped. Start it again with `deno task web`, then " +
        "reload this page.";
  });
}
