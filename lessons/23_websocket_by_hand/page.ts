/** The page of the chat room, for a browser. */

/** A file that the server sends. */
export interface Resource {
  /** Its media type. */
  type: string;
  /** Its text. */
  body: string;
}

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Lesson 23</title>
<h1>A chat room</h1>
<p>This page talks over a WebSocket, <code>nc</code> over TCP.</p>
<pre id="lines"></pre>
<form id="form">
<input id="line" autocomplete="off" aria-label="line" autofocus>
<button>Send</button>
</form>
<p id="state">connecting</p>
<script src="/chat.js"></script>
</html>
`;

const SCRIPT = `"use strict";
const [lines, form, line, state] = ["lines", "form", "line", "state"]
  .map((id) => document.getElementById(id));
const socket = new WebSocket("ws://" + location.host + "/chat");

function show(text) {
  // Append it as text, never as HTML: other members choose what's in it.
  lines.append(text + "\\n");
  while (lines.childNodes.length > 500) lines.firstChild.remove();
}
socket.onopen = () => state.textContent = "open";
socket.onmessage = ({ data }) => show(data);
socket.onclose = ({ code, reason }) =>
  state.textContent = ("closed: " + code + " " + reason).trim();
form.onsubmit = (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(line.value);
  show("me: " + line.value);
  line.value = "";
};
`;

/** The server's files, by path. */
export const RESOURCES: ReadonlyMap<string, Resource> = new Map([
  ["/", { type: "text/html; charset=utf-8", body: HTML }],
  ["/chat.js", { type: "text/javascript; charset=utf-8", body: SCRIPT }],
]);
